/** Which known Private Link Services concern a Service. */
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Intent, ServiceKey } from "../kubernetes/intent.ts";
import type { PlsRow } from "../inventory/model.ts";
import { clusterOfFrontend } from "../declarations/plsOwner.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { knownPrivateLinkServices } from "./known.ts";
import { inGroup, privateLinkServicesOnBalancers } from "./livingPrivateLinkServices.ts";
import type { MetPrivateLinkServices } from "./rule.ts";

export interface Meeting {
  readonly cluster: Cluster;
  readonly service: Omit<ServiceKey, "cluster">;
  readonly intent: Intent;
  readonly old?: Intent | undefined;
}

/** `undefined` if no PLS is or was asked for: then none is looked for. */
export async function meetPrivateLinkServices(
  run: Run,
  meeting: Meeting,
): Promise<MetPrivateLinkServices | undefined> {
  const { cluster, intent, old } = meeting;
  const pls = intent.pls ?? old?.pls;
  if (!pls) return undefined;
  const subscription = parseResourceId(cluster.resourceId)?.subscription.toLowerCase() ?? "";
  const resourceGroup = pls.resourceGroup ?? cluster.nodeResourceGroup;
  const all = await knownPrivateLinkServices(run, subscription);
  const privateLinkServices = inGroup(all, resourceGroup);
  const isOwn = (row: PlsRow) => isOf(row, meeting);
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
    ...privateLinkServicesOnBalancers(all, meeting),
  };
}

function isOf(row: PlsRow, { cluster, service: { namespace, name } }: Meeting): boolean {
  return row.owner === `${namespace}/${name}` && isInCluster(row, cluster);
}

function isInCluster({ frontendIds }: PlsRow, cluster: Cluster): boolean {
  return frontendIds.some((id) => clusterOfFrontend(id, [cluster]) !== undefined);
}
