/**
 * What one read of Azure proves about a subnet. Lists may be incomplete, but the subnet counts all of its IP
 * configurations: while it counts more for a resource than the lists contain, no address of that resource is
 * free. Pure.
 */
import { ownerOfUse } from "../azure/configurations.ts";
import type { AddressUse, CountedSubnet } from "../azure/networkModel.ts";
import { canonicalId, keepLast } from "../azure/resourceId.ts";
import type { Assignment } from "./model.ts";
import { sourceOf } from "./readAzure.ts";

export interface Evidence {
  readonly uses: ReadonlyMap<string, AddressUse>;
  /**
   * Number of IP configurations that no list contains, by owner; only owners with missing ones. Absent if the
   * subnet could not be read: then no address in it is proved free.
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

/** True if this read proves that the holder no longer has the address. Precondition: no list contains it. */
export function isAbsent(assignment: Assignment, { unexplained, incomplete }: Evidence): boolean {
  if (!unexplained || unexplained.has(ownerOfUse(assignment))) return false;
  return !incomplete.has(sourceOf(assignment.holderId));
}

/**
 * Number of uses that the subnet counts and whose address is in neither a list nor the inventory.
 * @param kept assignments that no list contains and that are not released
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
  const canonical = keepLast(canonicalId);
  for (const { holderId, interfaceId } of uses) {
    const owner = canonical(interfaceId ?? holderId);
    const count = (left.get(owner) ?? 0) - 1;
    if (count > 0) left.set(owner, count);
    else left.delete(owner);
  }
  return left;
}
