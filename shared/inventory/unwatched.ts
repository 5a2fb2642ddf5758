/**
 * What was recorded in subscriptions that are not watched any more. Their lists are not read, so that nothing shows what Azure freed there: a
 * claim ends only if Azure answers 404 for the very name, or when an operator releases it.
 */
import type { Cluster } from "../declarations/clusterModel.ts";
import { listClusters } from "../declarations/registry.ts";
import {
  forgetSubscription,
  notedSubscriptions,
  noteSubscription,
  subscriptionOf,
} from "../declarations/subscriptions.ts";
import { canonicalId, parseResourceId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Row } from "../ports/table.ts";
import { waitForAll } from "../core/waitForAll.ts";
import type { SubnetRow } from "./model.ts";
import { liveClaims } from "./obstacle.ts";

/** Where names may be claimed: watched subscriptions, and those that have or had clusters. Lower case. */
export async function listNameSubscriptions(run: Run): Promise<string[]> {
  const [clusters, noted] = await waitForAll([listClusters(run), notedSubscriptions(run)]);
  const all = [...run.ports.subscriptions, ...clusters.map(subscriptionOf), ...noted];
  return [...new Set(all.map((one) => one.toLowerCase()))].filter((one) => one !== "");
}

/** Noted as long as names are claimed there: of a subscription that is not watched nothing else tells that it has any. */
export async function keepNoted(run: Run, subscription: string, hasNames: boolean): Promise<void> {
  const isNoted = (await notedSubscriptions(run)).includes(subscription);
  if (hasNames && !isNoted) await noteSubscription(run, subscription);
  if (hasNames || !isNoted) return;
  const isUsed = (await listClusters(run)).some((one) => subscriptionOf(one) === subscription);
  if (!isUsed) await forgetSubscription(run, subscription);
}

/** True if no registered cluster is in the network, and its subscription is not watched: admission decides nothing by it. Pure. */
export function isUnused(
  vnetId: string,
  {
    subscriptions,
    clusters,
  }: { readonly subscriptions: readonly string[]; readonly clusters: readonly Cluster[] },
): boolean {
  if (subscriptions.includes(parseResourceId(vnetId)?.subscription.toLowerCase() ?? "")) return false;
  return !clusters.some((one) => canonicalId(one.vnetId) === canonicalId(vnetId));
}

/** True if a Service claims an address in one of the subnets. */
export async function hasClaims(run: Run, subnets: readonly Row<SubnetRow>[]): Promise<boolean> {
  const nowUtc = run.now().toISOString();
  for (const { value } of subnets)
    for await (const row of run.ports.tables.addresses.list(canonicalId(value.id)))
      if (liveClaims(row.value, nowUtc).length > 0) return true;
  return false;
}
