/**
 * Whether a registered cluster exists. ARM 404 for its id is not sufficient for "deleted": the id may be
 * mistyped, or another managed cluster may have its node resource group. Contradictions and failed reads are
 * "unknown".
 */
import { contradictionsOf } from "../declarations/clusterContradictions.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Policy } from "../policy/policy.ts";
import type { ManagedCluster, PrivateLinkService } from "../azure/networkModel.ts";
import { clusterOfFrontend } from "../declarations/plsOwner.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { canonicalId, parseResourceId, sameId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { ClusterView } from "./world.ts";
import { messageOf } from "../core/messageOf.ts";

const DAY_SECONDS = 24 * 3600;
/** The activity log keeps 90 days, and refuses a time before. */
const LOG_DAYS = 89;

export type ClusterState = Pick<ClusterView, "state" | "doubt" | "writtenAtUtc">;

/** Managed clusters of all watched subscriptions, and the subscriptions that could not be listed. */
export interface ManagedClusters {
  readonly byId: ReadonlyMap<string, ManagedCluster>;
  readonly unreadable: readonly string[];
}

export async function listManaged(
  { ports: { network } }: Run,
  subscriptions: readonly string[],
): Promise<ManagedClusters> {
  const lists = await Promise.allSettled(subscriptions.map((one) => network.managedClusters(one)));
  const all = lists.flatMap((list) => (list.status === "fulfilled" ? list.value : []));
  return {
    byId: new Map(all.map((one) => [canonicalId(one.id), one])),
    unreadable: subscriptions.filter((_, index) => lists[index]?.status === "rejected"),
  };
}

export interface StateReader {
  /** All registrations, to detect contradictions between them. */
  readonly registered: readonly Cluster[];
  /** Listed at most once, and for a single cluster only if it does not exist. */
  readonly managed: () => Promise<ManagedClusters>;
  readonly isOne: boolean;
  /** The activity log of a deleted cluster is read from this time. */
  readonly writesSinceUtc: string;
  /** As listed; the controller creates some in another resource group than the node resource group. */
  readonly privateLinkServices: readonly Pick<PrivateLinkService, "id" | "frontendIds">[];
}

/** Covers the longest grace period and the stale time, and a day more; at most what the activity log keeps. */
export function writesSinceUtc(run: Run, policy: Policy): string {
  const graces = [policy.sweepGraceSeconds, ...Object.values(policy.sweepGraceByKind)];
  const needed = Math.max(policy.staleMinutes * 60, ...graces.map((one) => one ?? 0)) + DAY_SECONDS;
  const seconds = Math.min(needed, LOG_DAYS * DAY_SECONDS);
  return new Date(run.now().getTime() - seconds * 1000).toISOString();
}

export function stateReader(run: Run, reader: StateReader) {
  const { registered, managed, isOne } = reader;
  const contradictions = contradictionsOf(registered);
  return async (cluster: Cluster): Promise<ClusterState> => {
    const [contradiction] = contradictions.get(cluster.name) ?? [];
    if (contradiction) return unknown(contradiction.message);
    try {
      const listed = isOne ? undefined : (await managed()).byId.get(canonicalId(cluster.resourceId));
      const found = listed ?? (await run.ports.network.managedCluster(cluster.resourceId));
      if (found) return stateOfPresent(cluster, found);
      const state = await stateOfDeleted(run, cluster, await managed());
      return state.state === "gone" ? { ...state, ...(await lastWrite(run, cluster, reader)) } : state;
    } catch (error) {
      const why = messageOf(error);
      run.log.warn("cluster could not be read", { cluster: cluster.name, why });
      return unknown(`whether cluster ${cluster.name} exists could not be read: ${why}`);
    }
  };
}

function stateOfPresent(cluster: Cluster, { nodeResourceGroup }: ManagedCluster): ClusterState {
  if (isNamed(nodeResourceGroup, cluster.nodeResourceGroup)) return { state: "present" };
  return unknown(
    `managed cluster ${cluster.name} has node resource group ${nodeResourceGroup}, registered is ${cluster.nodeResourceGroup}`,
  );
}

/** Deleted only if no other cluster has its resources. */
async function stateOfDeleted(run: Run, cluster: Cluster, managed: ManagedClusters): Promise<ClusterState> {
  const [unreadable] = managed.unreadable;
  if (unreadable !== undefined)
    return unknown(`the managed clusters of subscription ${unreadable} could not be listed`);
  const subscription = parseResourceId(cluster.resourceId)?.subscription ?? "";
  const heir = [...managed.byId.values()].find(
    ({ id, nodeResourceGroup }) =>
      // If ARM does not report the node resource group, it may be this one.
      (nodeResourceGroup === "" || isNamed(nodeResourceGroup, cluster.nodeResourceGroup)) &&
      isNamed(parseResourceId(id)?.subscription ?? "", subscription),
  );
  if (heir)
    return unknown(
      `managed cluster ${heir.id} has node resource group ${heir.nodeResourceGroup || "(not reported)"}`,
    );
  const group = await run.ports.network.resourceGroup(subscription, cluster.nodeResourceGroup);
  if (group?.managedBy === undefined || group.managedBy === "" || sameId(group.managedBy, cluster.resourceId))
    return { state: "gone" };
  return unknown(`resource group ${cluster.nodeResourceGroup} is managed by ${group.managedBy}`);
}

/** The cluster's own controller writes only while the cluster exists. */
async function lastWrite(
  { ports: { activity } }: Run,
  cluster: Cluster,
  { privateLinkServices, writesSinceUtc: sinceUtc }: StateReader,
): Promise<Pick<ClusterState, "writtenAtUtc">> {
  const subscription = parseResourceId(cluster.resourceId)?.subscription ?? "";
  const own = privateLinkServices.filter(({ frontendIds }) =>
    frontendIds.some((id) => clusterOfFrontend(id, [cluster]) !== undefined),
  );
  const isOwn = (id: string) =>
    isNamed(parseResourceId(id)?.resourceGroup ?? "", cluster.nodeResourceGroup) ||
    own.some((one) => sameId(one.id, id));
  const elsewhere = own.map(({ id }) => parseResourceId(id)?.resourceGroup.toLowerCase() ?? "");
  const groups = new Set([cluster.nodeResourceGroup.toLowerCase(), ...elsewhere]);
  const writes = await waitForAll(
    [...groups].map((group) => activity.otherWrites(subscription, group, sinceUtc)),
  );
  const times = writes.flat().flatMap(({ atUtc, resourceId }) => (isOwn(resourceId) ? [atUtc] : []));
  const newest = times.toSorted().at(-1);
  return newest === undefined ? {} : { writtenAtUtc: newest };
}

function unknown(doubt: string): ClusterState {
  return { state: "unknown", doubt };
}

function isNamed(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
