import { isAsEdited } from "./body.ts";
import type { Change } from "./plan.ts";
import type { Resource } from "../ports/resources.ts";

/** Azure has finished: what is read now is the result. In every other state, a write may still take effect. */
const FINISHED: ReadonlySet<string> = new Set(["Succeeded", "Failed", "Canceled"]);

/** True if reading the resource proves whether a change was made: nothing is in progress on it. Pure. */
export function isFinished(actual: Resource | undefined): boolean {
  return actual === undefined || FINISHED.has(actual.provisioningState);
}

/** True if the resource already has the result of the change: deleted, created, or with every edit. Pure. */
export function isInPlace(change: Change, actual: Resource | undefined): boolean {
  if (change.action === "delete") return actual === undefined;
  if (change.action === "create") return actual?.provisioningState === "Succeeded";
  return actual !== undefined && change.edits.every((edit) => isAsEdited(actual.body, edit));
}
