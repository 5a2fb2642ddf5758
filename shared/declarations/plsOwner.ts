/**
 * Whose a PLS is. A PLS is ours only if the CCM's tags, the frontend it stands on and a declared Service agree; the tag
 * `k8s-azure-cluster-name` is `kubernetes` on every AKS cluster and identifies none: the frontend's resource group does. Pure.
 */
import type { Cluster } from "./clusterModel.ts";
import { isNamedFor } from "../kubernetes/frontendName.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { PrivateLinkService } from "../azure/networkModel.ts";
import { parseResourceId } from "../azure/resourceId.ts";

export const CLUSTER_TAG = "k8s-azure-cluster-name";
export const OWNER_TAG = "k8s-azure-owner-service";

/** The registered cluster whose load balancer the PLS stands on; `undefined` if none, or if its marks disagree. */
export function clusterOfPls(pls: PrivateLinkService, clusters: readonly Cluster[]): Cluster | undefined {
  if (pls.tags[CLUSTER_TAG] === undefined || pls.frontendIds.length !== 1) return undefined;
  return clusterOfFrontend(pls.frontendIds[0] ?? "", clusters);
}

/** The registered cluster whose node resource group the frontend, or load balancer, is in; `undefined` if none, or if two claim it. */
export function clusterOfFrontend(frontendId: string, clusters: readonly Cluster[]): Cluster | undefined {
  return indexOf(clusters).get(groupKey(frontendId, parseResourceId(frontendId)?.resourceGroup ?? ""));
}

const indexes = new WeakMap<readonly Cluster[], ReadonlyMap<string, Cluster>>();

/** Clusters by subscription and node resource group, made once a list: thousands of Private Link Services ask the same thousand clusters. */
function indexOf(clusters: readonly Cluster[]): ReadonlyMap<string, Cluster> {
  const known = indexes.get(clusters);
  if (known) return known;
  const byGroup = Map.groupBy(clusters, (one) => groupKey(one.resourceId, one.nodeResourceGroup));
  // Of a group that two registrations claim, neither is the owner: which one lives cannot be told.
  const made = new Map(
    [...byGroup].flatMap(([key, [one, other]]) => (one && !other ? [[key, one] as const] : [])),
  );
  indexes.set(clusters, made);
  return made;
}

function groupKey(id: string, resourceGroup: string): string {
  return `${parseResourceId(id)?.subscription ?? ""}/${resourceGroup}`.toLowerCase();
}

/** The confirmed, living Service that the PLS's owner tag names, if the frontend carries its name too. A proposal owns nothing. */
export function ownerOfPls(pls: PrivateLinkService, declared: readonly Declared[]): Declared | undefined {
  const owner = declared.find(
    ({ strength, namespace, name }) =>
      strength === "confirmation" && pls.tags[OWNER_TAG] === `${namespace}/${name}`,
  );
  if (!owner || owner.deletedAtUtc !== undefined) return undefined;
  const frontendName = parseResourceId(pls.frontendIds[0] ?? "")?.name ?? "";
  return isNamedFor(frontendName, owner.uid) ? owner : undefined;
}
