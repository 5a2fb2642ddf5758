/**
 * Indexes of a world's resources by owner: it has thousands of each kind, and each one is looked up. Pure;
 * computed once per world.
 */
import { clusterOfFrontend } from "../declarations/plsOwner.ts";
import type { LoadBalancer, PrivateLinkService, Rule } from "../azure/networkModel.ts";
import { canonicalId, parseResourceId } from "../azure/resourceId.ts";
import type { ClusterView, World } from "./world.ts";

export interface Lookup {
  /** The cluster whose load balancers are in the resource group of the id. */
  readonly clusterOf: (id: string) => ClusterView | undefined;
  readonly balancerOf: (frontendId: string) => LoadBalancer | undefined;
  readonly plsOf: (id: string) => PrivateLinkService | undefined;
  /** Private Link Services on any of its frontends. */
  readonly privateLinkServicesOn: (balancer: LoadBalancer) => readonly PrivateLinkService[];
  /** Private Link Services on this frontend. */
  readonly privateLinkServicesAt: (frontendId: string) => readonly PrivateLinkService[];
  /** The rule with this id, or rules that refer to the frontend or probe with this id. */
  readonly rulesWith: (id: string) => readonly Rule[];
}

const lookups = new WeakMap<World, Lookup>();

export function lookupIn(world: World): Lookup {
  const known = lookups.get(world);
  if (known) return known;
  const made = makeLookup(world);
  lookups.set(world, made);
  return made;
}

function makeLookup({ clusters, balancers, privateLinkServices }: World): Lookup {
  const registered = clusters.map(({ cluster }) => cluster);
  const views = new Map(clusters.map((view) => [view.cluster, view]));
  const byId = new Map(balancers.map((balancer) => [canonicalId(balancer.id), balancer]));
  const onBalancer = Map.groupBy(
    privateLinkServices.flatMap((pls) =>
      [...new Set(pls.frontendIds.map(parentKey))].map((key) => ({ key, pls })),
    ),
    ({ key }) => key,
  );
  const plsById = new Map(privateLinkServices.map((pls) => [canonicalId(pls.id), pls]));
  const atFrontend = Map.groupBy(
    privateLinkServices.flatMap((pls) =>
      [...new Set(pls.frontendIds.map(canonicalId))].map((key) => ({ key, pls })),
    ),
    ({ key }) => key,
  );
  const rulesById = Map.groupBy(
    balancers.flatMap(({ rules }) =>
      rules.flatMap((rule) => idsIn(rule).map((id) => ({ key: canonicalId(id), rule }))),
    ),
    ({ key }) => key,
  );
  return {
    clusterOf: (id) => {
      const cluster = clusterOfFrontend(id, registered);
      return cluster && views.get(cluster);
    },
    balancerOf: (frontendId) => byId.get(parentKey(frontendId)),
    plsOf: (id) => plsById.get(canonicalId(id)),
    privateLinkServicesAt: (frontendId) =>
      (atFrontend.get(canonicalId(frontendId)) ?? []).map(({ pls }) => pls),
    rulesWith: (id) => (rulesById.get(canonicalId(id)) ?? []).map(({ rule }) => rule),
    privateLinkServicesOn: ({ id }) => (onBalancer.get(canonicalId(id)) ?? []).map(({ pls }) => pls),
  };
}

function idsIn({ id, frontendId, probeId }: Rule): string[] {
  return probeId === undefined ? [id, frontendId] : [id, frontendId, probeId];
}

function parentKey(frontendId: string): string {
  return canonicalId(parseResourceId(frontendId)?.parentId ?? "");
}
