/** Clusters, policy, subnets and Private Link Services for admission, cached per process for a few seconds. */
import type { Cluster } from "../declarations/clusterModel.ts";
import { findCluster, listClusters } from "../declarations/registry.ts";
import type { PlsRow, SubnetRow } from "../inventory/model.ts";
import { canonicalId } from "../azure/resourceId.ts";
import { readPolicy, type PolicyInForce } from "../policy/policyStore.ts";
import type { Ports, Run } from "../ports/ports.ts";
import { createCache, type Cache } from "../core/cache.ts";
import { within } from "../core/within.ts";

const SECONDS = 5;

interface Caches {
  readonly clusters: Cache<Cluster | undefined>;
  readonly policy: Cache<PolicyInForce>;
  readonly subnets: Cache<readonly SubnetRow[]>;
  readonly privateLinkServices: Cache<readonly PlsRow[]>;
  /** The registered clusters that were read last, of any age. */
  readonly lastClusters: Map<string, Cluster>;
  readonly registered: Cache<readonly Cluster[]>;
  /** The policy that was read last, of any age. */
  lastPolicy?: PolicyInForce;
}

const cacheByPorts = new WeakMap<Ports, Caches>();

export function cachedCluster(run: Run, name: string): Promise<Cluster | undefined> {
  const { clusters, lastClusters } = cachesOf(run);
  return clusters.get(name, async () => {
    const cluster = await findCluster(run, name);
    if (cluster) lastClusters.set(name, cluster);
    else lastClusters.delete(name);
    return cluster;
  });
}

/** All registered clusters. */
export function cachedClusters(run: Run): Promise<readonly Cluster[]> {
  return cachesOf(run).registered.get("all", () => listClusters(run));
}

/**
 * The cluster, or its registration that was read last if it cannot be read in time. A cluster that cannot be authenticated gets no
 * answer, and the webhook's `failurePolicy` would decide instead of policy `onUnavailable`.
 * @throws as `findCluster` if it was never read
 */
export async function lastReadCluster(
  run: Run,
  name: string,
  milliseconds: number,
): Promise<Cluster | undefined> {
  const last = cachesOf(run).lastClusters.get(name);
  const reading = cachedCluster(run, name);
  if (!last) return reading;
  return within<Cluster | undefined>(
    milliseconds,
    reading.catch(() => last),
    () => last,
  );
}

export function cachedPolicy(run: Run): Promise<PolicyInForce> {
  const all = cachesOf(run);
  return all.policy.get("policy", async () => (all.lastPolicy = await readPolicy(run)));
}

/** The policy that was read last, so that it stays active while storage is unavailable. @throws as `readPolicy` if none was read */
export function lastReadPolicy(run: Run): Promise<PolicyInForce> {
  const { lastPolicy } = cachesOf(run);
  return lastPolicy ? Promise.resolve(lastPolicy) : cachedPolicy(run);
}

/** When a claim that is proposed now expires, in UTC. */
export async function proposalEnd(run: Run): Promise<string> {
  const { policy } = await cachedPolicy(run);
  return new Date(run.now().getTime() + policy.reservationMinutes * 60_000).toISOString();
}

export function cachedSubnets(run: Run, vnetId: string): Promise<readonly SubnetRow[]> {
  const partition = canonicalId(vnetId);
  return cachesOf(run).subnets.get(partition, async () => {
    const rows = await Array.fromAsync(run.ports.tables.subnets.list(partition));
    return rows.map(({ value }) => value);
  });
}

/** The Private Link Services of a subscription, in all resource groups. */
export function cachedPrivateLinkServices(run: Run, subscription: string): Promise<readonly PlsRow[]> {
  return cachesOf(run).privateLinkServices.get(subscription, async () => {
    const rows = await Array.fromAsync(run.ports.tables.privateLinkServices.list(subscription));
    return rows.map(({ value }) => value);
  });
}

function cachesOf(run: Run): Caches {
  const found = cacheByPorts.get(run.ports);
  if (found) return found;
  const created: Caches = {
    clusters: createCache<Cluster | undefined>(SECONDS, run.now),
    policy: createCache<PolicyInForce>(SECONDS, run.now),
    subnets: createCache<readonly SubnetRow[]>(SECONDS, run.now),
    privateLinkServices: createCache<readonly PlsRow[]>(SECONDS, run.now),
    lastClusters: new Map(),
    registered: createCache<readonly Cluster[]>(SECONDS, run.now),
  };
  cacheByPorts.set(run.ports, created);
  return created;
}
