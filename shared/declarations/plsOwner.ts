/**
 * Owner of a PLS. A PLS belongs to a cluster only if the CCM's tags, its frontend and a declared Service
 * agree. The tag `k8s-azure-cluster-name` is `kubernetes` on every AKS cluster, so the resource group of the
 * frontend identifies the cluster. Pure.
 */
import type { Cluster } from "./clusterModel.ts";
import { isNamedFor } from "../kubernetes/frontendName.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { PrivateLinkService } from "../azure/networkModel.ts";
import { parseResourceId } from "../azure/resourceId.ts";

export const CLUSTER_TAG = "k8s-azure-cluster-name";
export const OWNER_TAG = "k8s-azure-owner-service";

/**
 * The registered cluster of the PLS's load balancer; `undefined` if none, or if tags and frontends contradict
 * each other.
 */
export function clusterOfPls(pls: PrivateLinkService, clusters: readonly Cluster[]): Cluster | undefined {
  if (pls.tags[CLUSTER_TAG] === undefined || pls.frontendIds.length !== 1) return undefined;
  return clusterOfFrontend(pls.frontendIds[0] ?? "", clusters);
}

/** The registered cluster whose node resource group the frontend, or load balancer, is in; `undefined` if none, or if two claim it. */
export function clusterOfFrontend(frontendId: string, clusters: readonly Cluster[]): Cluster | undefined {
  return indexOf(clusters).get(groupKey(frontendId, parseResourceId(frontendId)?.resourceGroup ?? ""));
}

const indexes = new WeakMap<readonly Cluster[], ReadonlyMap<string, Cluster>>();

/**
 * Clusters by subscription and node resource group, computed once per list: thousands of Private Link
 * Services are looked up in the same list.
 */
function indexOf(clusters: readonly Cluster[]): ReadonlyMap<string, Cluster> {
  const known = indexes.get(clusters);
  if (known) return known;
  const byGroup = Map.groupBy(clusters, (one) => groupKey(one.resourceId, one.nodeResourceGroup));
  // If two registrations claim a group, neither is the owner: it is unknown which cluster exists.
  const made = new Map(
    [...byGroup].flatMap(([key, [one, other]]) => (one && !other ? [[key, one] as const] : [])),
  );
  indexes.set(clusters, made);
  return made;
}

function groupKey(id: string, resourceGroup: string): string {
  return `${parseResourceId(id)?.subscription ?? ""}/${resourceGroup}`.toLowerCase();
}

/**
 * The confirmed Service in the PLS's owner tag, if the frontend is named for it too and it is not being
 * deleted. A proposal owns nothing.
 */
export function ownerOfPls(pls: PrivateLinkService, declared: readonly Declared[]): Declared | undefined {
  const owner = declared.find(
    ({ strength, namespace, name }) =>
      strength === "confirmation" && pls.tags[OWNER_TAG] === `${namespace}/${name}`,
  );
  if (!owner || owner.deletedAtUtc !== undefined) return undefined;
  const frontendName = parseResourceId(pls.frontendIds[0] ?? "")?.name ?? "";
  return isNamedFor(frontendName, owner.uid) ? owner : undefined;
}
