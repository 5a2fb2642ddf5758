/**
 * Reads the world in which orphans are classified: Azure first, then the confirmations of clusters, so that
 * their order is certain.
 */
import { listClusters } from "../declarations/registry.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import { listConfirmed } from "../declarations/confirmed.ts";
import { withProposals } from "../declarations/declared.ts";
import { readFeed } from "../declarations/feed.ts";
import { listProposals } from "../declarations/proposals.ts";
import { NotYet } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import { once } from "../core/once.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import { mapAtMost, waitForAll } from "../core/waitForAll.ts";
import { listManaged, stateReader, writesSinceUtc, type ClusterState } from "./clusterState.ts";
import { listHolds } from "./hold.ts";
import type { ClusterView, World } from "./world.ts";

/**
 * Reads everything. An unreadable subscription is listed in the world, and none of its resources is
 * classified.
 */
export function gatherWorld(run: Run, policy: Policy): Promise<World> {
  return gather(run, policy, { subscriptions: run.ports.subscriptions, isWanted: () => true });
}

/**
 * The same, limited to the subscriptions of some clusters: all their resources are there. @throws NotYet if one
 * of them is throttled: what depends on these clusters only is retried soon
 */
export async function gatherAround(
  run: Run,
  policy: Policy,
  ...clusters: readonly Cluster[]
): Promise<World> {
  const ids = clusters.map(({ resourceId }) => parseResourceId(resourceId)?.subscription.toLowerCase() ?? "");
  const names = new Set(clusters.map(({ name }) => name));
  const isWanted = ({ name }: Cluster) => names.has(name);
  const world = await gather(run, policy, { subscriptions: [...new Set(ids)], isWanted });
  const throttled = [...world.unreadable.values()].find((error) => error instanceof NotYet);
  if (throttled) throw throttled;
  return world;
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
  const privateLinkServices = lists.flatMap((one) => one.privateLinkServices);
  const wanted = registered.filter(isWanted);
  const managed = once(() => listManaged(run, run.ports.subscriptions));
  const read = stateReader(run, {
    registered,
    managed: () => managed("all"),
    isOne: wanted.length < 2,
    writesSinceUtc: writesSinceUtc(run, policy),
    privateLinkServices,
  });
  const clusters = await mapAtMost(CLUSTERS_AT_ONCE, wanted, async (cluster) =>
    viewCluster(run, cluster, stateIn(unreadable, cluster) ?? (await read(cluster))),
  );
  const nowUtc = run.now().toISOString();
  const freshSinceUtc = new Date(run.now().getTime() - policy.staleMinutes * 60_000).toISOString();
  const balancers = lists.flatMap((one) => one.balancers);
  return { clusters, balancers, privateLinkServices, unreadable, holds, nowUtc, freshSinceUtc };
}

interface Lists extends Pick<World, "balancers" | "privateLinkServices"> {
  readonly subscription: string;
  /** Subscriptions that could not be read. */
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
    log.warn("subscription could not be read", { subscription, why: messageOf(error) });
    return { subscription, failure: { error }, balancers: [], privateLinkServices: [] };
  }
}

/** The state of a cluster in an unreadable subscription is unknown. */
function stateIn(unreadable: World["unreadable"], { resourceId }: Cluster): ClusterState | undefined {
  const subscription = parseResourceId(resourceId)?.subscription.toLowerCase() ?? "";
  if (!unreadable.has(subscription)) return undefined;
  const why = messageOf(unreadable.get(subscription));
  return { state: "unknown", doubt: `subscription ${subscription} could not be read: ${why}` };
}

/**
 * State of one cluster. The feed is read first, so that the declarations are at least as new as its
 * confirmation; proposals before confirmations, so that a Service that is confirmed meanwhile is in one of them.
 */
export async function viewCluster(run: Run, cluster: Cluster, state: ClusterState): Promise<ClusterView> {
  const feed = await readFeed(run, cluster.name);
  // A proposed DELETE is merged with the confirmation: its time is read here.
  const proposals = await listProposals(run, cluster.name);
  const admittedAtUtc = proposals
    .map(({ value }) => value.declared.observedAtUtc)
    .toSorted()
    .at(-1);
  const declared = withProposals(
    await listConfirmed(run, cluster.name),
    proposals.map(({ value }) => value.declared),
  );
  const heard = { ...(feed && { feed }), ...(admittedAtUtc !== undefined && { admittedAtUtc }) };
  return { cluster, ...state, declared, ...heard };
}
