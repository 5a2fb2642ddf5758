/** Reads the world that orphans are judged on: Azure first, then what the clusters confirmed, so that the order of the two is known. */
import { listClusters } from "../declarations/registry.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import { listDeclared } from "../declarations/declared.ts";
import { readFeed } from "../declarations/feed.ts";
import { listProposals } from "../declarations/proposals.ts";
import { NotYet } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import { once } from "../core/once.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import { mapAtMost, waitForAll } from "../core/waitForAll.ts";
import { listManaged, stateReader, type ClusterState } from "./clusterState.ts";
import { listHolds } from "./hold.ts";
import type { ClusterView, World } from "./world.ts";

/** Reads everything again. A subscription that cannot be read is named in the world, and nothing of it is judged. */
export function gatherWorld(run: Run, policy: Policy): Promise<World> {
  return gather(run, policy, { subscriptions: run.ports.subscriptions, isWanted: () => true });
}

/** The same for what one cluster's resources can meet: they are all in its subscription. */
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
  const [lists, holds, registered] = await waitForAll([
    waitForAll(subscriptions.map((subscription) => readLists(run, subscription))),
    listHolds(run),
    listClusters(run),
  ]);
  const unreadable = new Map(
    lists.flatMap(({ subscription, failure }) => (failure ? [[subscription, failure.error]] : [])),
  );
  const wanted = registered.filter(isWanted);
  const managed = once(() => listManaged(run, run.ports.subscriptions));
  const read = stateReader(run, { registered, managed: () => managed("all"), isOne: wanted.length < 2 });
  const clusters = await mapAtMost(CLUSTERS_AT_ONCE, wanted, async (cluster) =>
    viewCluster(run, cluster, stateIn(unreadable, cluster) ?? (await read(cluster))),
  );
  const nowUtc = run.now().toISOString();
  const freshSinceUtc = new Date(run.now().getTime() - policy.staleMinutes * 60_000).toISOString();
  const balancers = lists.flatMap((one) => one.balancers);
  const privateLinkServices = lists.flatMap((one) => one.privateLinkServices);
  return { clusters, balancers, privateLinkServices, unreadable, holds, nowUtc, freshSinceUtc };
}

interface Lists extends Pick<World, "balancers" | "privateLinkServices"> {
  readonly subscription: string;
  /** They could not be read. */
  readonly failure?: { readonly error: unknown };
}

async function readLists({ ports: { network }, log }: Run, subscription: string): Promise<Lists> {
  try {
    const [balancers, privateLinkServices] = await waitForAll([
      network.loadBalancers(subscription),
      network.privateLinkServices(subscription),
    ]);
    return { subscription, balancers, privateLinkServices };
  } catch (error) {
    // Throttled: all of it is tried again soon.
    if (error instanceof NotYet) throw error;
    log.warn("subscription could not be read", { subscription, why: messageOf(error) });
    return { subscription, failure: { error }, balancers: [], privateLinkServices: [] };
  }
}

/** Of a cluster in a subscription that could not be read nothing is certain. */
function stateIn(unreadable: World["unreadable"], { resourceId }: Cluster): ClusterState | undefined {
  const subscription = parseResourceId(resourceId)?.subscription.toLowerCase() ?? "";
  if (!unreadable.has(subscription)) return undefined;
  const why = messageOf(unreadable.get(subscription));
  return { state: "unknown", doubt: `subscription ${subscription} could not be read: ${why}` };
}

/** What is known of one cluster, in this order: what is declared is at least as new as what the feed states as confirmed. */
export async function viewCluster(run: Run, cluster: Cluster, state: ClusterState): Promise<ClusterView> {
  const feed = await readFeed(run, cluster.name);
  // A proposed DELETE is merged with what is confirmed: when it came is read here.
  const proposals = await listProposals(run, cluster.name);
  const admittedAtUtc = proposals
    .map(({ value }) => value.declared.observedAtUtc)
    .toSorted()
    .at(-1);
  const declared = await listDeclared(run, cluster.name);
  const heard = { ...(feed && { feed }), ...(admittedAtUtc !== undefined && { admittedAtUtc }) };
  return { cluster, ...state, declared, ...heard };
}
