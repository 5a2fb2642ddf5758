import { sameValue, valueAt } from "./body.ts";
import type { Change } from "./plan.ts";
import type { Resource } from "./resources.ts";

/** True if the resource is as the change wants it: gone, or with every edit there. Pure. */
export function isInPlace(change: Change, actual: Resource | undefined): boolean {
  if (change.action === "delete") return actual === undefined;
  return (
    actual !== undefined &&
    change.edits.every(({ path, after }) => sameValue(valueAt(actual.body, path), after))
  );
}
