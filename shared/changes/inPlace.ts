/** What the current resource shows about a change: whether it was made, and whether that is final. */
import { isAsEdited, valueAt } from "./body.ts";
import type { Change } from "./plan.ts";
import type { JsonObject, Resource } from "../ports/resources.ts";

/** Azure has finished: what is read now is the result. In every other state, a write may still take effect. */
const FINISHED: ReadonlySet<string> = new Set(["Succeeded", "Failed", "Canceled"]);

/** True if nothing is in progress on the resource. Pure. */
function isFinished(actual: Resource | undefined): boolean {
  return actual === undefined || FINISHED.has(actual.provisioningState);
}

/** True if the resource already has the result of the change: deleted, created, or with every edit. Pure. */
export function isInPlace(change: Change, actual: Resource | undefined): boolean {
  if (change.action === "delete") return actual === undefined;
  if (change.action === "create") return actual?.provisioningState === "Succeeded";
  return actual !== undefined && change.edits.every((edit) => isAsEdited(actual.body, edit));
}

/**
 * What a read after the write shows: `pending` while Azure still changes the resource. `before` is the resource
 * that was to be changed: what was created again with the same name is another one. Pure.
 */
export function resultShown(
  change: Change,
  { actual, before }: { readonly actual: Resource | undefined; readonly before?: JsonObject | undefined },
): "applied" | "failed" | "pending" {
  if (change.action === "delete" && (!actual || isAnother(before, actual.body))) return "applied";
  if (!isFinished(actual)) return "pending";
  return isInPlace(change, actual) ? "applied" : "failed";
}

/** Azure gives each load balancer and Private Link Service a GUID when it is created. */
function isAnother(before: JsonObject | undefined, actual: JsonObject): boolean {
  const [old, current] = [before, actual].map((body) => body && valueAt(body, "properties.resourceGuid"));
  return typeof old === "string" && typeof current === "string" && old !== current;
}
