/**
 * Whose a link is. A link is ours only if the CCM's tags, the frontend it stands on and a declared Service agree; the tag
 * `k8s-azure-cluster-name` is `kubernetes` on every AKS cluster and identifies none: the frontend's resource group does. Pure.
 */
import type { Cluster } from "../clusters/model.ts";
import { isNamedFor } from "../intents/frontendName.ts";
import type { Declared } from "../intents/model.ts";
import type { Link } from "../network/model.ts";
import { parseResourceId } from "../network/resourceId.ts";

export const CLUSTER_TAG = "k8s-azure-cluster-name";
export const OWNER_TAG = "k8s-azure-owner-service";

/** The registered cluster whose load balancer the link stands on; `undefined` if none, or if its marks disagree. */
export function clusterOfLink(link: Link, clusters: readonly Cluster[]): Cluster | undefined {
  if (link.tags[CLUSTER_TAG] === undefined || link.frontendIds.length !== 1) return undefined;
  return clusterOfFrontend(link.frontendIds[0] ?? "", clusters);
}

/** The registered cluster whose node resource group the frontend, or load balancer, is in; `undefined` if none, or if two claim it. */
export function clusterOfFrontend(frontendId: string, clusters: readonly Cluster[]): Cluster | undefined {
  return indexOf(clusters).get(groupKey(frontendId, parseResourceId(frontendId)?.resourceGroup ?? ""));
}

const indexes = new WeakMap<readonly Cluster[], ReadonlyMap<string, Cluster>>();

/** Clusters by subscription and node resource group, made once a list: thousands of links ask the same thousand clusters. */
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

/** The confirmed, living Service that the link's owner tag names, if the frontend carries its name too. A proposal owns nothing. */
export function ownerOfLink(link: Link, declared: readonly Declared[]): Declared | undefined {
  const owner = declared.find(
    ({ strength, namespace, name }) =>
      strength === "confirmation" && link.tags[OWNER_TAG] === `${namespace}/${name}`,
  );
  if (!owner || owner.deletedAtUtc !== undefined) return undefined;
  const frontendName = parseResourceId(link.frontendIds[0] ?? "")?.name ?? "";
  return isNamedFor(frontendName, owner.uid) ? owner : undefined;
}
