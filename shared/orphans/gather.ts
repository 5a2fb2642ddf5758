import pLimit from "p-limit";
import { listClusters } from "../clusters/registry.ts";
import type { Cluster } from "../clusters/model.ts";
import { listDeclared } from "../intents/remember.ts";
import { canonicalId, parseResourceId } from "../network/resourceId.ts";
import type { Policy } from "../policy.ts";
import type { Run } from "../ports.ts";
import { listHolds } from "./hold.ts";
import type { ClusterView, World } from "./world.ts";

/** Reads everything afresh. @throws whatever a list throws: a partial world is no ground to judge on */
export function gatherWorld(run: Run, policy: Policy): Promise<World> {
  return gather(run, policy, { subscriptions: run.ports.subscriptions, isWanted: () => true });
}

/** Only what one cluster's resources can meet: they are all in its subscription. @throws as `gatherWorld` */
export function gatherAround(run: Run, policy: Policy, { name, resourceId }: Cluster): Promise<World> {
  const subscription = parseResourceId(resourceId)?.subscription.toLowerCase() ?? "";
  return gather(run, policy, { subscriptions: [subscription], isWanted: (cluster) => cluster.name === name });
}

const CLUSTERS_AT_ONCE = 16;

interface Extent {
  readonly subscriptions: readonly string[];
  readonly isWanted: (cluster: Cluster) => boolean;
}

async function gather(run: Run, policy: Policy, { subscriptions, isWanted }: Extent): Promise<World> {
  const { network } = run.ports;
  const [clusters, balancers, links, holds] = await Promise.all([
    viewClusters(run, isWanted),
    Promise.all(subscriptions.map((subscription) => network.loadBalancers(subscription))),
    Promise.all(subscriptions.map((subscription) => network.links(subscription))),
    listHolds(run),
  ]);
  const nowUtc = run.now().toISOString();
  const freshSinceUtc = new Date(run.now().getTime() - policy.snapshotStaleMinutes * 60_000).toISOString();
  return { clusters, balancers: balancers.flat(), links: links.flat(), holds, nowUtc, freshSinceUtc };
}

async function viewClusters(run: Run, isWanted: Extent["isWanted"]): Promise<ClusterView[]> {
  const clusters = (await listClusters(run)).filter(isWanted);
  // One is read; of many, those that a list shows need not be.
  const present = clusters.length > 1 ? await listed(run, clusters) : new Set<string>();
  const limit = pLimit(CLUSTERS_AT_ONCE);
  return Promise.all(clusters.map((cluster) => limit(() => viewCluster(run, cluster, present))));
}

/** Managed clusters that lists show. What a list does not show, or cannot be listed, is read by itself: absence must be said, not guessed. */
async function listed(run: Run, clusters: readonly Cluster[]): Promise<ReadonlySet<string>> {
  const ids = clusters.flatMap(
    ({ resourceId }) => parseResourceId(resourceId)?.subscription.toLowerCase() ?? [],
  );
  const lists = await Promise.allSettled(
    [...new Set(ids)].map((one) => run.ports.network.managedClusters(one)),
  );
  return new Set(
    lists.flatMap((list) => (list.status === "fulfilled" ? list.value.map(({ id }) => canonicalId(id)) : [])),
  );
}

/** What is known of one cluster. @param present canonical ids of managed clusters that a list shows; others are read by themselves */
export async function viewCluster(
  run: Run,
  cluster: Cluster,
  present: ReadonlySet<string>,
): Promise<ClusterView> {
  const [state, snapshot, declared] = await Promise.all([
    present.has(canonicalId(cluster.resourceId)) ? ("present" as const) : stateOf(run, cluster),
    run.ports.tables.snapshots.get("all", cluster.name),
    listDeclared(run, cluster.name),
  ]);
  return { cluster, state, declared, ...(snapshot && { snapshot: snapshot.value }) };
}

async function stateOf(run: Run, cluster: Cluster): Promise<ClusterView["state"]> {
  try {
    return (await run.ports.resources.read(cluster.resourceId)) ? "present" : "gone";
  } catch (error) {
    // Not readable is not gone: the resource is left alone and the finding says why.
    run.log.warn("cluster could not be read", {
      cluster: cluster.name,
      why: error instanceof Error ? error.message : String(error),
    });
    return "unknown";
  }
}
