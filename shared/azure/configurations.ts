/**
 * Finds the owners of a subnet's IP configurations. A subnet lists all their ids, without addresses; resources list the addresses. Pure.
 * @see https://learn.microsoft.com/rest/api/virtualnetwork/subnets/get
 */
import type { AddressUse } from "./networkModel.ts";
import { canonicalId } from "./resourceId.ts";

const OF_INTERFACE = /^(.*\/networkinterfaces\/[^/]+)\/ipconfigurations\/[^/]+$/;
const OF_SCALE_SET =
  /^(.*\/providers\/microsoft\.compute\/virtualmachinescalesets\/[^/]+)\/virtualmachines\//;

/** Canonical id of the network interface of the IP configuration, or of the frontend, which is an IP configuration itself. */
export function configurationOwner(configurationId: string): string {
  const id = canonicalId(configurationId);
  return OF_INTERFACE.exec(id)?.[1] ?? id;
}

/** Number of IP configurations per owner, from the ids that a subnet lists. */
export function countConfigurations(ids: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) {
    const owner = configurationOwner(id);
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
}

/** The owner to which a subnet's IP configurations attribute the use of an address. */
export function ownerOfUse({ holderId, interfaceId }: Pick<AddressUse, "holderId" | "interfaceId">): string {
  return canonicalId(interfaceId ?? holderId);
}

/** Canonical id of the scale set that an instance or its network interface belongs to. */
export function scaleSetOf(id: string): string | undefined {
  return OF_SCALE_SET.exec(canonicalId(id))?.[1];
}
