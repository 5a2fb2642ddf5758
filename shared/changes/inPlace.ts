import { isAsEdited } from "./body.ts";
import type { Change } from "./plan.ts";
import type { Resource } from "../ports/resources.ts";

/** True if the resource is as the change wants it: gone, there, or with every edit there. Pure. */
export function isInPlace(change: Change, actual: Resource | undefined): boolean {
  if (change.action === "delete") return actual === undefined;
  if (change.action === "create") return actual?.provisioningState === "Succeeded";
  return actual !== undefined && change.edits.every((edit) => isAsEdited(actual.body, edit));
}
