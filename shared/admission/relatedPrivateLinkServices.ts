/** Finds the recorded Private Link Services that are relevant for a Service. */
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Intent, ServiceKey } from "../kubernetes/intent.ts";
import type { PlsRow } from "../inventory/model.ts";
import { clusterOfFrontend } from "../declarations/plsOwner.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { cachedPrivateLinkServices } from "./cached.ts";
import { inGroup, privateLinkServicesOnBalancers } from "./balancerPrivateLinkServices.ts";
import type { RelatedPrivateLinkServices } from "./rule.ts";

export interface PlsRequester {
  readonly cluster: Cluster;
  readonly service: Omit<ServiceKey, "cluster">;
  readonly intent: Intent;
  readonly old?: Intent | undefined;
}

/** `undefined` if the Service neither requests nor requested a PLS. */
export async function findRelatedPrivateLinkServices(
  run: Run,
  requester: PlsRequester,
): Promise<RelatedPrivateLinkServices | undefined> {
  const { cluster, intent, old } = requester;
  const pls = intent.pls ?? old?.pls;
  if (!pls) return undefined;
  const subscription = parseResourceId(cluster.resourceId)?.subscription.toLowerCase() ?? "";
  const resourceGroup = pls.resourceGroup ?? cluster.nodeResourceGroup;
  const all = await cachedPrivateLinkServices(run, subscription);
  const privateLinkServices = inGroup(all, resourceGroup);
  const isOwn = (row: PlsRow) => isOf(row, requester);
  const own = privateLinkServices.find(isOwn);
  const named = privateLinkServices.find(
    (row) => row.name.toLowerCase() === intent.pls?.name?.toLowerCase() && !isOwn(row),
  );
  const asked = Object.values(intent.addresses);
  const onFrontend = privateLinkServices.find(
    (row) =>
      !isOwn(row) &&
      isInCluster(row, cluster) &&
      row.frontendAddresses.some((address) => intent.internal && asked.includes(address)),
  );
  return {
    ...(own && { own }),
    ...(named && { named }),
    ...(onFrontend && { onFrontend }),
    ...privateLinkServicesOnBalancers(all, requester),
  };
}

function isOf(row: PlsRow, { cluster, service: { namespace, name } }: PlsRequester): boolean {
  return row.owner === `${namespace}/${name}` && isInCluster(row, cluster);
}

function isInCluster({ frontendIds }: PlsRow, cluster: Cluster): boolean {
  return frontendIds.some((id) => clusterOfFrontend(id, [cluster]) !== undefined);
}
