/**
 * Machines that a node resource group still has. Lists of load balancers may be incomplete; subnets count the
 * machines independently of lists. Pure.
 */
import type { Cluster } from "../declarations/clusterModel.ts";
import { canonicalId } from "../azure/resourceId.ts";
import type { Reading } from "./readAzure.ts";

const MACHINES = ["/virtualmachinescalesets/", "/networkinterfaces/"];

/** Clusters without machines in any subnet. */
export function withoutMachines(
  deleted: ReadonlyMap<string, Cluster>,
  reading: Pick<Reading, "networks" | "uses">,
): ReadonlyMap<string, Cluster> {
  if (deleted.size === 0) return deleted;
  const machines = machinesOf(reading);
  const hasNone = ([, { nodeResourceGroup }]: readonly [string, Cluster]) =>
    !machines.some((id) => id.includes(`/resourcegroups/${nodeResourceGroup.toLowerCase()}/`));
  return new Map([...deleted].filter(hasNone));
}

/** Canonical ids of their network interfaces, without those that Azure created for a Private Link Service or a private endpoint. */
function machinesOf({ networks, uses }: Pick<Reading, "networks" | "uses">): string[] {
  const owners = [...networks.byVnet.values()].flat().flatMap((one) => [...one.configurations.keys()]);
  const others = new Set<string>();
  for (const bySubnet of uses.values())
    for (const { interfaceId } of bySubnet.values()) if (interfaceId) others.add(canonicalId(interfaceId));
  return owners.filter((id) => MACHINES.some((type) => id.includes(type)) && !others.has(id));
}
