/**
 * What one read of Azure proves about a subnet. A list may lack what exists, but the subnet itself counts all of its IP configurations:
 * as long as it counts more for a resource than the lists show, nothing of that resource is free. Pure.
 */
import { ownerOfUse } from "../azure/configurations.ts";
import type { AddressUse, CountedSubnet } from "../azure/networkModel.ts";
import type { Assignment } from "./model.ts";
import { sourceOf } from "./readAzure.ts";

export interface Evidence {
  readonly uses: ReadonlyMap<string, AddressUse>;
  /**
   * How many of its IP configurations no list shows, by owner; without those that lists show completely. Absent if the subnet itself
   * could not be read: then nothing in it is proved free.
   */
  readonly unexplained?: ReadonlyMap<string, number>;
  readonly incomplete: ReadonlySet<string>;
}

export function evidenceOf(
  { configurations }: Pick<CountedSubnet, "configurations">,
  { uses, incomplete }: Pick<Evidence, "uses" | "incomplete">,
): Evidence {
  return { uses, unexplained: unexplainedBy(configurations, uses.values()), incomplete };
}

/** True if this read proves that the holder has the address no more; that it is in no list is known. */
export function isAbsent(assignment: Assignment, { unexplained, incomplete }: Evidence): boolean {
  if (!unexplained || unexplained.has(ownerOfUse(assignment))) return false;
  return !incomplete.has(sourceOf(assignment.holderId));
}

/**
 * Uses that the subnet counts and of which neither a list nor the inventory has the address.
 * @param kept assignments that no list shows and that are not released
 */
export function countUnknown({ unexplained = new Map() }: Evidence, kept: readonly Assignment[]): number {
  const left = new Map(unexplained);
  for (const owner of kept.map(ownerOfUse)) left.set(owner, (left.get(owner) ?? 0) - 1);
  return [...left.values()].reduce((sum, count) => sum + Math.max(count, 0), 0);
}

function unexplainedBy(
  configurations: ReadonlyMap<string, number>,
  uses: Iterable<AddressUse>,
): ReadonlyMap<string, number> {
  const left = new Map(configurations);
  for (const use of uses) {
    const owner = ownerOfUse(use);
    const count = (left.get(owner) ?? 0) - 1;
    if (count > 0) left.set(owner, count);
    else left.delete(owner);
  }
  return left;
}
