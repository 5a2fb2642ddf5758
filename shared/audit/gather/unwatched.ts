/** Claims of Services that do not exist any more, in subscriptions of which no list shows whether Azure has freed the place. */
import { listClusters } from "../../declarations/registry.ts";
import { statusOf } from "../../inventory/claimStatus.ts";
import { claimantsOf, type Claimants } from "../../inventory/endClaims.ts";
import { serviceName } from "../../inventory/owner.ts";
import { plsNamePartition } from "../../inventory/places.ts";
import { isUnused, listNameSubscriptions } from "../../inventory/unwatched.ts";
import { canonicalId, parseResourceId } from "../../azure/resourceId.ts";
import type { Run } from "../../ports/ports.ts";
import type { Subjects } from "../check.ts";

/** One for each subscription that has any. */
export async function unwatchedClaims(run: Run): Promise<Subjects["unwatched"][]> {
  const claimants = claimantsOf(run);
  const found = new Map<string, string[]>();
  for (const { subscription, partition } of await partitionsOf(run)) {
    const claims = await endedIn(run, partition, claimants);
    if (claims.length > 0) found.set(subscription, [...(found.get(subscription) ?? []), ...claims]);
  }
  return [...found].map(([subscription, claims]) => ({ subscription, claims }));
}

interface Unwatched {
  readonly subscription: string;
  /** Of the table `addresses`. */
  readonly partition: string;
}

/** Of names, and of the subnets of networks that no registered cluster uses. */
async function partitionsOf(run: Run): Promise<Unwatched[]> {
  const { subscriptions, tables } = run.ports;
  const names = (await listNameSubscriptions(run)).filter((one) => !subscriptions.includes(one));
  const partitions = names.map((subscription) => ({
    subscription,
    partition: plsNamePartition(subscription),
  }));
  const clusters = await listClusters(run);
  for await (const { key, value } of tables.vnets.list("all")) {
    if (!isUnused(value.id, { subscriptions, clusters })) continue;
    const subscription = parseResourceId(value.id)?.subscription.toLowerCase() ?? "";
    for await (const subnet of tables.subnets.list(key))
      partitions.push({ subscription, partition: canonicalId(subnet.value.id) });
  }
  return partitions;
}

async function endedIn(run: Run, partition: string, claimants: Claimants): Promise<string[]> {
  const found: string[] = [];
  for await (const { key, value } of run.ports.tables.addresses.list(partition))
    for (const claim of value.claims ?? []) {
      if (claim.state !== "confirmed") continue;
      const claimant = await claimants(claim.owner.cluster);
      const status = await statusOf(run, claim, { place: { partition, key, text: value.address }, claimant });
      if (status === "ended") found.push(`${value.address} of Service ${serviceName(claim.owner)}`);
    }
  return found;
}
