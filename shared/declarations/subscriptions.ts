/**
 * Subscriptions that have or had clusters: names of Private Link Services are claimed there, also after the
 * last registration was removed and the subscription is no longer watched. Partition `names` of the table
 * `vnets`; key = subscription, lower case.
 */
import { parseResourceId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Cluster } from "./clusterModel.ts";

const PARTITION = "names";

export function subscriptionOf({ resourceId }: Pick<Cluster, "resourceId">): string {
  return parseResourceId(resourceId)?.subscription.toLowerCase() ?? "";
}

export async function noteSubscription({ ports, now }: Run, subscription: string): Promise<void> {
  const value = { id: `/subscriptions/${subscription}`, scannedAtUtc: now().toISOString() };
  await ports.tables.vnets.transact(PARTITION, [{ do: "put", key: subscription, value }]);
}

export async function forgetSubscription({ ports }: Run, subscription: string): Promise<void> {
  await ports.tables.vnets.transact(PARTITION, [{ do: "remove", key: subscription }]);
}

export async function notedSubscriptions({ ports }: Run): Promise<string[]> {
  return (await Array.fromAsync(ports.tables.vnets.list(PARTITION))).map(({ key }) => key);
}
