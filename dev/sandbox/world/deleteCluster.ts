/** A managed cluster is deleted, but not its node resource group: how orphans come about. */
import { SCALE_SET_TYPE } from "../arm/compute/scaleSets.ts";
import { LEAVE_TAG } from "../arm/managedClusters.ts";
import { parseId } from "../arm/ids.ts";
import type { ArmClient } from "../cluster/armClient.ts";

/** The nodes go with the cluster and leave the backend pools. What the Services had stays, as after a failed clean-up. */
export async function deleteCluster(arm: ArmClient, clusterId: string): Promise<void> {
  const cluster = await arm.get(clusterId);
  await arm.put(clusterId, { ...cluster, tags: { [LEAVE_TAG]: "true" } });
  await arm.remove(clusterId);
  const group = `/subscriptions/${parseId(clusterId)?.subscription}/resourceGroups/${cluster.properties.nodeResourceGroup}`;
  await emptyPools(arm, `${group}/providers/Microsoft.Network`);
  await removeNodes(arm, group);
}

async function emptyPools(arm: ArmClient, network: string): Promise<void> {
  for (const balancer of await arm.list(`${network}/loadBalancers`)) {
    for (const { properties } of balancer["properties"].backendAddressPools)
      properties.loadBalancerBackendAddresses = [];
    await arm.put(balancer["id"], balancer);
  }
}

async function removeNodes(arm: ArmClient, group: string): Promise<void> {
  for (const { id } of await arm.list(`${group}/providers/${SCALE_SET_TYPE}`)) await arm.remove(id);
}
