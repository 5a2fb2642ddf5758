/** Finds stored registrations that contradict each other. What two registrations share belongs provably to neither. Pure. */
import { canonicalId, parseResourceId, resourceName } from "../azure/resourceId.ts";
import type { Cluster } from "./clusterModel.ts";

/** One contradiction of a registration with another. Both clusters have it. */
export interface Contradiction {
  readonly what: "managed-cluster" | "node-resource-group" | "identity";
  /** Name of the other cluster. */
  readonly other: string;
  /** Contains both clusters' names and what they share. */
  readonly message: string;
}

/** Contradictions by cluster name; clusters without any are absent. */
export function contradictionsOf(
  clusters: readonly Cluster[],
): ReadonlyMap<string, readonly Contradiction[]> {
  const found = new Map<string, Contradiction[]>();
  for (const { what, keyOf, shared } of SHARED)
    for (const group of groupsBy(clusters, keyOf))
      for (const [one, other] of pairsOf(group)) {
        const [a, b] = [one.name, other.name].toSorted();
        const message = `clusters ${a} and ${b} are registered with the same ${shared(one)}`;
        found.set(one.name, [...(found.get(one.name) ?? []), { what, other: other.name, message }]);
      }
  return found;
}

/** The node resource group as a key: its name is unique in the managed cluster's subscription. */
export function nodeGroupKey({
  resourceId,
  nodeResourceGroup,
}: Pick<Cluster, "resourceId" | "nodeResourceGroup">): string {
  const subscription = parseResourceId(resourceId)?.subscription ?? "";
  return canonicalId(`/subscriptions/${subscription}/resourceGroups/${nodeResourceGroup}`);
}

interface Shared {
  readonly what: Contradiction["what"];
  readonly keyOf: (cluster: Cluster) => string | undefined;
  readonly shared: (cluster: Cluster) => string;
}

/** Values that only one registration may have. */
const SHARED: readonly Shared[] = [
  {
    what: "managed-cluster",
    keyOf: ({ resourceId }) => canonicalId(resourceId),
    shared: ({ resourceId }) => `managed cluster ${resourceName(resourceId)}`,
  },
  {
    what: "node-resource-group",
    keyOf: nodeGroupKey,
    shared: ({ nodeResourceGroup }) => `node resource group ${nodeResourceGroup}`,
  },
  {
    what: "identity",
    keyOf: ({ identity }) => identity?.uid.toLowerCase(),
    shared: ({ identity }) => `identity ${identity?.uid}`,
  },
];

function groupsBy(clusters: readonly Cluster[], keyOf: Shared["keyOf"]): Cluster[][] {
  const groups = new Map<string, Cluster[]>();
  for (const cluster of clusters) {
    const key = keyOf(cluster);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), cluster]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** All pairs, in both orders. */
function pairsOf(group: readonly Cluster[]): (readonly [Cluster, Cluster])[] {
  return group.flatMap((one) => group.flatMap((other) => (one === other ? [] : [[one, other] as const])));
}
