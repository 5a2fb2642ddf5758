/**
 * Which load balancers and links are orphans. Proof is needed, not suspicion: the marks of a known cluster, ARM's word that the
 * cluster is gone or a complete fresh snapshot without the Service, and nothing in Azure that contradicts. Whatever is unknown,
 * stale or contradictory makes a candidate `unproved`, with what is missing. Pure.
 */
import type { Evidence } from "../changes/plan.ts";
import { isNamedFor } from "../intents/frontendName.ts";
import type { Declared } from "../intents/model.ts";
import { CLUSTER_TAG, OWNER_TAG } from "../links/owner.ts";
import type { Frontend, Link, LoadBalancer } from "../network/model.ts";
import { parseResourceId, sameId } from "../network/resourceId.ts";
import type { OrphanKind } from "./model.ts";
import { contradictions } from "./contradictions.ts";
import { isUsed, usersOf } from "./frontendUsers.ts";
import { lookupIn } from "./lookup.ts";
import type { ClusterView, World } from "./world.ts";

export interface Candidate {
  readonly resourceId: string;
  readonly kind: OrphanKind;
  readonly cluster: string;
  readonly verdict: "orphan" | "unproved";
  readonly for: readonly Evidence[];
  /** What speaks against it: something in Azure contradicts. */
  readonly against: readonly string[];
  /** What would have to be known to prove it. */
  readonly missing: readonly string[];
}

/** Resources of known clusters that no living Service accounts for; those that one does account for are not listed. */
export function findOrphans(world: World): Candidate[] {
  const balancers = world.balancers.flatMap((balancer) => judgeBalancer(world, balancer) ?? []);
  const links = world.links.flatMap((link) => judgeLink(world, link) ?? []);
  const connections = world.links.flatMap((link) => judgeConnections(world, link));
  const frontends = world.balancers.flatMap((balancer) => judgeFrontends(world, balancer));
  return [...links, ...balancers, ...frontends, ...connections].sort((a, b) =>
    a.resourceId < b.resourceId ? -1 : 1,
  );
}

/** A connection whose endpoint is gone holds nothing and nobody; Azure's own word is the proof. */
function judgeConnections(world: World, link: Link): Candidate[] {
  const view = viewOf(world, link.frontendIds[0] ?? "");
  if (!view || link.tags[CLUSTER_TAG] === undefined) return [];
  return link.connections
    .filter(({ status }) => status === "Disconnected")
    .map(({ id, name }) =>
      weigh(world, view, {
        resourceId: id,
        kind: "connection",
        proof:
          view.state === "unknown"
            ? `whether cluster ${view.cluster.name} exists could not be read`
            : { says: `the endpoint of connection ${name} is gone`, source: "Azure", atUtc: world.nowUtc },
        against: contradictions.connection(link),
      }),
    );
}

function judgeBalancer(world: World, balancer: LoadBalancer): Candidate | undefined {
  const view = viewOf(world, balancer.id);
  // Public load balancers carry the cluster's outbound traffic; only the internal one lives and dies with Services.
  if (!view || !balancer.name.toLowerCase().endsWith("-internal")) return undefined;
  if (balancer.frontends.some((frontend) => livesOn(view, balancer, frontend))) return undefined;
  return judge(world, view, {
    resourceId: balancer.id,
    kind: "loadBalancer",
    against: contradictions.balancer(world, balancer),
  });
}

/** Frontends that nobody has any more, on a load balancer that lives. */
function judgeFrontends(world: World, balancer: LoadBalancer): Candidate[] {
  const view = viewOf(world, balancer.id);
  if (!view || !balancer.name.toLowerCase().endsWith("-internal")) return [];
  const dead = balancer.frontends.filter((frontend) => !livesOn(view, balancer, frontend));
  // If none lives, it is the load balancer that is judged.
  if (dead.length === balancer.frontends.length) return [];
  return dead.map((frontend) =>
    judge(world, view, {
      resourceId: frontend.id,
      kind: "frontend",
      against: contradictions.frontend(world, balancer, frontend),
    }),
  );
}

function judgeLink(world: World, link: Link): Candidate | undefined {
  const [frontendId = ""] = link.frontendIds;
  const view = viewOf(world, frontendId);
  if (!view || link.tags[CLUSTER_TAG] === undefined) return undefined;
  const name = parseResourceId(frontendId)?.name ?? "";
  const owners = living(view).filter(({ uid }) => isNamedFor(name, uid));
  const balancer = lookupIn(world).balancerOf(frontendId);
  const frontend = balancer?.frontends.find(({ id }) => sameId(id, frontendId));
  const stand = balancer && frontend ? { balancer, frontend } : undefined;
  const isAlive = owners.length > 0 || (stand && livesOn(view, stand.balancer, stand.frontend));
  const suspicion = { resourceId: link.id, kind: "link", against: contradictions.link(link) } as const;
  if (!isAlive) return judge(world, view, suspicion);
  const owner = owners.find((one) => link.tags[OWNER_TAG] === `${one.namespace}/${one.name}`);
  if (!owner || !stand || !hasWithdrawn(view, owner, stand)) return undefined;
  const proof = proofOf(world, view);
  const says = `Service ${view.cluster.name}/${owner.namespace}/${owner.name} has withdrawn azure-pls-create`;
  return weigh(world, view, { ...suspicion, proof: typeof proof === "string" ? proof : { ...proof, says } });
}

interface Stand {
  readonly balancer: LoadBalancer;
  readonly frontend: Frontend;
}

/** The owner lives and wants no link, and nobody who shares its frontend wants one: whoever shares it may be the reason for it. */
function hasWithdrawn(view: ClusterView, owner: Declared, { balancer, frontend }: Stand): boolean {
  if (owner.intent.link || owner.deletedAtUtc !== undefined) return false;
  return !usersOf(living(view), balancer, frontend).some(({ intent }) => intent.link);
}

function viewOf(world: World, id: string): ClusterView | undefined {
  return lookupIn(world).clusterOf(id);
}

function livesOn(view: ClusterView, balancer: LoadBalancer, frontend: Frontend): boolean {
  return isUsed(living(view), balancer, frontend);
}

const NOBODY: readonly Declared[] = [];

function living(view: ClusterView): readonly Declared[] {
  // Of a cluster that is gone nothing lives; of one that cannot be read nothing is known, and its proof will say so.
  if (view.state !== "present") return NOBODY;
  // A Service being deleted is still its frontend's owner until a snapshot no longer lists it.
  return view.declared;
}

interface Suspicion {
  readonly resourceId: string;
  readonly kind: OrphanKind;
  readonly against: readonly string[];
}

function judge(world: World, view: ClusterView, suspicion: Suspicion): Candidate {
  return weigh(world, view, { ...suspicion, proof: proofOf(world, view) });
}

/** @param proof what proves it, or what is missing for a proof */
function weigh(
  world: World,
  view: ClusterView,
  { resourceId, kind, against, proof }: Suspicion & { readonly proof: Evidence | string },
): Candidate {
  const missing = typeof proof === "string" ? [proof] : [];
  const held = world.holds
    .filter((one) => sameId(one.resourceId, resourceId))
    .map(({ who, why }) => `${who} holds it: ${why}`);
  const speaking = [...against, ...held];
  return {
    resourceId,
    kind,
    cluster: view.cluster.name,
    verdict: missing.length + speaking.length === 0 ? "orphan" : "unproved",
    for: typeof proof === "string" ? [] : [proof],
    against: speaking,
    missing,
  };
}

/** The proof that no Service owns it any more, or what is missing for one. */
function proofOf(world: World, { cluster, state, snapshot }: ClusterView): Evidence | string {
  if (state === "gone")
    return { says: `managed cluster ${cluster.name} does not exist`, source: "ARM", atUtc: world.nowUtc };
  if (state === "unknown") return `whether cluster ${cluster.name} exists could not be read`;
  if (!snapshot) return `cluster ${cluster.name} never sent a snapshot`;
  if (snapshot.takenAtUtc < world.freshSinceUtc)
    return `the snapshot of ${cluster.name} is from ${snapshot.takenAtUtc}`;
  if (snapshot.services * 2 < snapshot.previousServices)
    return `the snapshot of ${cluster.name} fell from ${snapshot.previousServices} to ${snapshot.services} Services`;
  return {
    says: `no Service of cluster ${cluster.name} owns or shares it`,
    source: "snapshot",
    atUtc: snapshot.takenAtUtc,
  };
}
