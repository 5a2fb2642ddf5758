/** Which known links concern a Service. */
import type { Cluster } from "../clusters/model.ts";
import type { Intent, ServiceKey } from "../intents/model.ts";
import type { LinkRow } from "../inventory/model.ts";
import { clusterOfFrontend } from "../links/owner.ts";
import { parseResourceId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import { knownLinks } from "./known.ts";
import { inGroup, linksOnBalancers } from "./livingLinks.ts";
import type { MetLinks } from "./rule.ts";

export interface Meeting {
  readonly cluster: Cluster;
  readonly service: Omit<ServiceKey, "cluster">;
  readonly intent: Intent;
  readonly old?: Intent | undefined;
}

/** `undefined` if no link is or was asked for: then none is looked for. */
export async function meetLinks(run: Run, meeting: Meeting): Promise<MetLinks | undefined> {
  const { cluster, intent, old } = meeting;
  const link = intent.link ?? old?.link;
  if (!link) return undefined;
  const subscription = parseResourceId(cluster.resourceId)?.subscription.toLowerCase() ?? "";
  const resourceGroup = link.resourceGroup ?? cluster.nodeResourceGroup;
  const all = await knownLinks(run, subscription);
  const links = inGroup(all, resourceGroup);
  const isOwn = (row: LinkRow) => isOf(row, meeting);
  const own = links.find(isOwn);
  const named = links.find(
    (row) => row.name.toLowerCase() === intent.link?.name?.toLowerCase() && !isOwn(row),
  );
  const asked = Object.values(intent.addresses);
  const onFrontend = links.find(
    (row) =>
      !isOwn(row) &&
      isInCluster(row, cluster) &&
      row.frontendAddresses.some((address) => intent.internal && asked.includes(address)),
  );
  return {
    ...(own && { own }),
    ...(named && { named }),
    ...(onFrontend && { onFrontend }),
    ...linksOnBalancers(all, meeting),
  };
}

function isOf(row: LinkRow, { cluster, service: { namespace, name } }: Meeting): boolean {
  return row.owner === `${namespace}/${name}` && isInCluster(row, cluster);
}

function isInCluster({ frontendIds }: LinkRow, cluster: Cluster): boolean {
  return frontendIds.some((id) => clusterOfFrontend(id, [cluster]) !== undefined);
}
