/**
 * Finds stored registrations that contradict each other, or whose lists do. What two registrations share belongs provably to neither.
 * Pure.
 */
import { canonicalId, parseResourceId, resourceName } from "../azure/resourceId.ts";
import type { Cluster, MixUp } from "./clusterModel.ts";

/** One contradiction of a registration with another. Both clusters have it. */
export interface Contradiction {
  readonly what: "managed-cluster" | "node-resource-group" | "identity" | "lists";
  /** Name of the other cluster. */
  readonly other: string;
  /** Contains both clusters' names and what they share. */
  readonly message: string;
  /** What to do next. */
  readonly advice: string;
}

/** Contradictions by cluster name; clusters without any are absent. */
export function contradictionsOf(
  clusters: readonly Cluster[],
): ReadonlyMap<string, readonly Contradiction[]> {
  const all = [...sharedValues(clusters), ...mixedLists(clusters)];
  const byName = Map.groupBy(all, ({ cluster }) => cluster);
  return new Map([...byName].map(([name, found]) => [name, found.map(({ cluster: _name, ...one }) => one)]));
}

type Found = Contradiction & { readonly cluster: string };

function sharedValues(clusters: readonly Cluster[]): Found[] {
  return SHARED.flatMap(({ what, keyOf, shared }) =>
    groupsBy(clusters, keyOf).flatMap((group) =>
      pairsOf(group).map(([one, other]) => {
        const [a = "", b = ""] = [one.name, other.name].toSorted();
        const message = `clusters ${a} and ${b} are registered with the same ${shared(one)}`;
        const advice = `compare mooring clusters show ${a} and mooring clusters show ${b}, then remove the wrong registration with mooring clusters remove NAME`;
        return { cluster: one.name, what, other: other.name, message, advice };
      }),
    ),
  );
}

/**
 * The cluster that has the lists is in doubt until it is bound again, and the one that has the frontend as long as it does not list the
 * Service.
 */
function mixedLists(clusters: readonly Cluster[]): Found[] {
  const names = new Set(clusters.map(({ name }) => name));
  return clusters.flatMap(({ name, identity }) => {
    const { mixUp } = identity ?? {};
    if (!mixUp) return [];
    const said = {
      what: "lists",
      message: mixUpMessage(name, mixUp),
      advice: mixUpAdvice(name, mixUp),
    } as const;
    return [
      { cluster: name, other: mixUp.cluster, ...said },
      ...(mixUp.isUnlisted && names.has(mixUp.cluster)
        ? [{ cluster: mixUp.cluster, other: name, ...said }]
        : []),
    ];
  });
}

/** @param name of the cluster that has the lists */
export function mixUpMessage(
  name: string,
  { frontend, cluster }: Pick<MixUp, "frontend" | "cluster">,
): string {
  return `frontend ${frontend} of cluster ${cluster} is named for a Service in the list of cluster ${name}: the list may be that of another cluster`;
}

function mixUpAdvice(name: string, { cluster }: MixUp): string {
  return `apply the manifests of ${name} and of ${cluster}, each in its context, then confirm the identity with mooring clusters rebind ${name}`;
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
