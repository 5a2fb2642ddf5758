/**
 * Whether a registered cluster exists. That ARM answers 404 for its id is not enough to call it deleted: the id may be mistyped, or
 * another managed cluster may have taken over its node resource group. Every contradiction, and whatever cannot be read, is "unknown".
 */
import { contradictionsOf } from "../declarations/clusterContradictions.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { ManagedCluster } from "../azure/networkModel.ts";
import { canonicalId, parseResourceId, sameId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { ClusterView } from "./world.ts";
import { messageOf } from "../core/messageOf.ts";

export type ClusterState = Pick<ClusterView, "state" | "doubt">;

/** Managed clusters of every watched subscription, and the subscriptions that could not be listed. */
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
  /** All that are registered, for what they contradict in each other. */
  readonly registered: readonly Cluster[];
  /** Listed at most once, and for a single cluster only if it does not exist. */
  readonly managed: () => Promise<ManagedClusters>;
  readonly isOne: boolean;
}

export function stateReader(run: Run, { registered, managed, isOne }: StateReader) {
  const contradictions = contradictionsOf(registered);
  return async (cluster: Cluster): Promise<ClusterState> => {
    const [contradiction] = contradictions.get(cluster.name) ?? [];
    if (contradiction) return unknown(contradiction.message);
    try {
      const listed = isOne ? undefined : (await managed()).byId.get(canonicalId(cluster.resourceId));
      const found = listed ?? (await run.ports.network.managedCluster(cluster.resourceId));
      return found ? stateOfPresent(cluster, found) : await stateOfDeleted(run, cluster, await managed());
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

/** Deleted only if nothing else claims what it had. */
async function stateOfDeleted(run: Run, cluster: Cluster, managed: ManagedClusters): Promise<ClusterState> {
  const [unreadable] = managed.unreadable;
  if (unreadable !== undefined)
    return unknown(`the managed clusters of subscription ${unreadable} could not be listed`);
  const subscription = parseResourceId(cluster.resourceId)?.subscription ?? "";
  const heir = [...managed.byId.values()].find(
    ({ id, nodeResourceGroup }) =>
      // Where ARM does not report it, it may be this one.
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

function unknown(doubt: string): ClusterState {
  return { state: "unknown", doubt };
}

function isNamed(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
