import { isAsEdited } from "./body.ts";
import type { Change } from "./plan.ts";
import type { Resource } from "../ports/resources.ts";

/** True if the resource already has the result of the change: deleted, created, or with every edit. Pure. */
export function isInPlace(change: Change, actual: Resource | undefined): boolean {
  if (change.action === "delete") return actual === undefined;
  if (change.action === "create") return actual?.provisioningState === "Succeeded";
  return actual !== undefined && change.edits.every((edit) => isAsEdited(actual.body, edit));
}
