/** What the gate may know from a few seconds ago: clusters, policy, subnets and Private Link Services, cached per process. */
import type { Cluster } from "../declarations/clusterModel.ts";
import { findCluster, listClusters } from "../declarations/registry.ts";
import type { PlsRow, SubnetRow } from "../inventory/model.ts";
import { canonicalId } from "../azure/resourceId.ts";
import { readPolicy, type PolicyInForce } from "../policy/policyStore.ts";
import type { Ports, Run } from "../ports/ports.ts";
import { createCache, type Cache } from "../core/cache.ts";
import { within } from "../core/within.ts";

const SECONDS = 5;

interface Known {
  readonly clusters: Cache<Cluster | undefined>;
  readonly policy: Cache<PolicyInForce>;
  readonly subnets: Cache<readonly SubnetRow[]>;
  readonly privateLinkServices: Cache<readonly PlsRow[]>;
  /** Those that were read last, however long ago; registered ones only. */
  readonly lastClusters: Map<string, Cluster>;
  readonly registered: Cache<readonly Cluster[]>;
  /** The policy that was read last, however long ago. */
  lastPolicy?: PolicyInForce;
}

const knownByPorts = new WeakMap<Ports, Known>();

export function knownCluster(run: Run, name: string): Promise<Cluster | undefined> {
  const { clusters, lastClusters } = known(run);
  return clusters.get(name, async () => {
    const cluster = await findCluster(run, name);
    if (cluster) lastClusters.set(name, cluster);
    else lastClusters.delete(name);
    return cluster;
  });
}

/** All registered clusters. */
export function knownClusters(run: Run): Promise<readonly Cluster[]> {
  return known(run).registered.get("all", () => listClusters(run));
}

/**
 * The same, and while it cannot be read, or not within the time, what was read last: who cannot be told from a stranger gets no answer, and
 * the webhook's `failurePolicy` would decide in place of policy `onUnavailable`. @throws as `findCluster` if it was never read
 */
export async function lastKnownCluster(
  run: Run,
  name: string,
  milliseconds: number,
): Promise<Cluster | undefined> {
  const last = known(run).lastClusters.get(name);
  const reading = knownCluster(run, name);
  if (!last) return reading;
  return within<Cluster | undefined>(
    milliseconds,
    reading.catch(() => last),
    () => last,
  );
}

export function knownPolicy(run: Run): Promise<PolicyInForce> {
  const all = known(run);
  return all.policy.get("policy", async () => (all.lastPolicy = await readPolicy(run)));
}

/** The same, and while it cannot be read what it said last: storage that is away takes nothing of it back. @throws as `readPolicy` */
export function lastKnownPolicy(run: Run): Promise<PolicyInForce> {
  const { lastPolicy } = known(run);
  return lastPolicy ? Promise.resolve(lastPolicy) : knownPolicy(run);
}

/** When a claim that is proposed now expires. */
export async function proposalEnd(run: Run): Promise<string> {
  const { policy } = await knownPolicy(run);
  return new Date(run.now().getTime() + policy.reservationMinutes * 60_000).toISOString();
}

export function knownSubnets(run: Run, vnetId: string): Promise<readonly SubnetRow[]> {
  const partition = canonicalId(vnetId);
  return known(run).subnets.get(partition, async () => {
    const rows = await Array.fromAsync(run.ports.tables.subnets.list(partition));
    return rows.map(({ value }) => value);
  });
}

/** Those of a subscription, in every resource group. */
export function knownPrivateLinkServices(run: Run, subscription: string): Promise<readonly PlsRow[]> {
  return known(run).privateLinkServices.get(subscription, async () => {
    const rows = await Array.fromAsync(run.ports.tables.privateLinkServices.list(subscription));
    return rows.map(({ value }) => value);
  });
}

function known(run: Run): Known {
  const found = knownByPorts.get(run.ports);
  if (found) return found;
  const made: Known = {
    clusters: createCache<Cluster | undefined>(SECONDS, run.now),
    policy: createCache<PolicyInForce>(SECONDS, run.now),
    subnets: createCache<readonly SubnetRow[]>(SECONDS, run.now),
    privateLinkServices: createCache<readonly PlsRow[]>(SECONDS, run.now),
    lastClusters: new Map(),
    registered: createCache<readonly Cluster[]>(SECONDS, run.now),
  };
  knownByPorts.set(run.ports, made);
  return made;
}
