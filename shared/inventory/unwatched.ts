/**
 * Records in subscriptions that are no longer watched. Their lists are not read, so a claim ends only if
 * Azure returns 404 for the name, or when an operator releases it.
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
import { waitForAll } from "../core/waitForAll.ts";

/**
 * Subscriptions with possible claims of names: watched ones, and those that have or had clusters. Lower case.
 */
export async function listNameSubscriptions(run: Run): Promise<string[]> {
  const [clusters, noted] = await waitForAll([listClusters(run), notedSubscriptions(run)]);
  const all = [...run.ports.subscriptions, ...clusters.map(subscriptionOf), ...noted];
  return [...new Set(all.map((one) => one.toLowerCase()))].filter((one) => one !== "");
}

/**
 * Recorded while names are claimed there: there is no other record of claims in a subscription that is not
 * watched.
 */
export async function keepNoted(run: Run, subscription: string, hasNames: boolean): Promise<void> {
  const isNoted = (await notedSubscriptions(run)).includes(subscription);
  if (hasNames && !isNoted) await noteSubscription(run, subscription);
  if (hasNames || !isNoted) return;
  const isUsed = (await listClusters(run)).some((one) => subscriptionOf(one) === subscription);
  if (!isUsed) await forgetSubscription(run, subscription);
}

/**
 * True if no registered cluster is in the network, and its subscription is not watched: admission does not
 * use it. Pure.
 */
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
