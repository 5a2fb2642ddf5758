/** A world's resources by what they belong to: it has thousands of each, and every one is asked about. Pure; made once a world. */
import { clusterOfFrontend } from "../links/owner.ts";
import type { Link, LoadBalancer } from "../network/model.ts";
import { canonicalId, parseResourceId } from "../network/resourceId.ts";
import type { ClusterView, World } from "./world.ts";

export interface Lookup {
  /** The cluster whose load balancers are in the resource group of the id. */
  readonly clusterOf: (id: string) => ClusterView | undefined;
  readonly balancerOf: (frontendId: string) => LoadBalancer | undefined;
  readonly linkOf: (id: string) => Link | undefined;
  /** Links that stand on any of its frontends. */
  readonly linksOn: (balancer: LoadBalancer) => readonly Link[];
  /** Links that stand on this frontend. */
  readonly linksAt: (frontendId: string) => readonly Link[];
}

const lookups = new WeakMap<World, Lookup>();

export function lookupIn(world: World): Lookup {
  const known = lookups.get(world);
  if (known) return known;
  const made = makeLookup(world);
  lookups.set(world, made);
  return made;
}

function makeLookup({ clusters, balancers, links }: World): Lookup {
  const registered = clusters.map(({ cluster }) => cluster);
  const views = new Map(clusters.map((view) => [view.cluster, view]));
  const byId = new Map(balancers.map((balancer) => [canonicalId(balancer.id), balancer]));
  const onBalancer = Map.groupBy(
    links.flatMap((link) => [...new Set(link.frontendIds.map(parentKey))].map((key) => ({ key, link }))),
    ({ key }) => key,
  );
  const linkById = new Map(links.map((link) => [canonicalId(link.id), link]));
  const atFrontend = Map.groupBy(
    links.flatMap((link) => [...new Set(link.frontendIds.map(canonicalId))].map((key) => ({ key, link }))),
    ({ key }) => key,
  );
  return {
    clusterOf: (id) => {
      const cluster = clusterOfFrontend(id, registered);
      return cluster && views.get(cluster);
    },
    balancerOf: (frontendId) => byId.get(parentKey(frontendId)),
    linkOf: (id) => linkById.get(canonicalId(id)),
    linksAt: (frontendId) => (atFrontend.get(canonicalId(frontendId)) ?? []).map(({ link }) => link),
    linksOn: ({ id }) => (onBalancer.get(canonicalId(id)) ?? []).map(({ link }) => link),
  };
}

function parentKey(frontendId: string): string {
  return canonicalId(parseResourceId(frontendId)?.parentId ?? "");
}
