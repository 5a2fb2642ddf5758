/**
 * Which load balancers, frontends, rules, Private Link Services and connections are orphans. A proof needs
 * the marks of a registered cluster, a confirmation of the cluster or of its deletion, and no contradiction
 * in Azure. Unknown, stale or contradictory data makes a candidate `unproved`, with what is missing. Pure.
 */
import type { Evidence } from "../changes/plan.ts";
import { isNamedFor } from "../kubernetes/frontendName.ts";
import type { Declared } from "../kubernetes/intent.ts";
import { CLUSTER_TAG, OWNER_TAG } from "../declarations/plsOwner.ts";
import type { Frontend, PrivateLinkService, LoadBalancer } from "../azure/networkModel.ts";
import { parseResourceId, sameId } from "../azure/resourceId.ts";
import { isProved, proofOf, type Proof } from "./clusterProof.ts";
import type { OrphanKind } from "./model.ts";
import { contradictions } from "./contradictions.ts";
import { isUsed, usersOf } from "./frontendUsers.ts";
import { lookupIn } from "./lookup.ts";
import { protectionOf } from "./protection.ts";
import { staleRules } from "./staleRules.ts";
import type { ClusterView, World } from "./world.ts";

export interface Candidate {
  readonly resourceId: string;
  readonly kind: OrphanKind;
  readonly cluster: string;
  readonly verdict: "orphan" | "unproved";
  readonly for: readonly Evidence[];
  /** Evidence against: contradictions in Azure. */
  readonly against: readonly string[];
  /** What is missing for a proof. */
  readonly missing: readonly string[];
  /** Set if it must be older than the confirmation: its Service exists, and may write it at any time. */
  readonly version?: string;
  /** Set with `version`: the Service that withdrew it, and the confirmed version of the Service. */
  readonly withdrawal?: string;
}

/** Resources of registered clusters without a Service; resources that a Service uses are not listed. */
export function findOrphans(world: World): Candidate[] {
  const balancers = world.balancers.flatMap((balancer) => judgeBalancer(world, balancer) ?? []);
  const privateLinkServices = world.privateLinkServices.flatMap((pls) => judgePls(world, pls) ?? []);
  const connections = world.privateLinkServices.flatMap((pls) => judgeConnections(world, pls));
  const frontends = world.balancers.flatMap((balancer) => judgeFrontends(world, balancer));
  const rules = world.balancers.flatMap((balancer) => judgeRules(world, balancer));
  return [...privateLinkServices, ...balancers, ...frontends, ...rules, ...connections].sort((a, b) =>
    a.resourceId < b.resourceId ? -1 : 1,
  );
}

/** State of a connection whose private endpoint was deleted. */
const ABANDONED = "Disconnected";

/** A connection whose endpoint was deleted serves no consumer; two reads from Azure prove it, now and after the grace period. */
function judgeConnections(world: World, pls: PrivateLinkService): Candidate[] {
  const view = viewOf(world, pls.frontendIds[0] ?? "");
  if (!view || pls.tags[CLUSTER_TAG] === undefined) return [];
  return pls.connections
    .filter(({ status }) => status === ABANDONED)
    .map(({ id, name }) =>
      weigh(world, view, {
        resourceId: id,
        kind: "connection",
        proof: abandoned(world, view, name),
        against: contradictions.connection(pls),
      }),
    );
}

function abandoned(world: World, { state, doubt, cluster }: ClusterView, name: string): Proof {
  if (state === "unknown")
    return { missing: doubt ?? `whether cluster ${cluster.name} exists could not be read` };
  const says = `Azure reports private endpoint connection ${name} as ${ABANDONED}`;
  return [{ says, source: "Azure", atUtc: world.nowUtc }];
}

function judgeBalancer(world: World, balancer: LoadBalancer): Candidate | undefined {
  const view = viewOf(world, balancer.id);
  // Public load balancers also carry the cluster's outbound traffic; only the internal one depends on
  // Services alone.
  if (!view || !balancer.name.toLowerCase().endsWith("-internal")) return undefined;
  // The controller deletes the load balancer with its last frontend: one without any is not marked as the controller's.
  if (balancer.frontends.length === 0) return undefined;
  if (balancer.frontends.some((frontend) => livesOn(view, balancer, frontend))) return undefined;
  return judge(world, view, {
    resourceId: balancer.id,
    kind: "loadBalancer",
    against: contradictions.balancer(world, balancer),
  });
}

/** Frontends without a Service, on a load balancer that is in use. */
function judgeFrontends(world: World, balancer: LoadBalancer): Candidate[] {
  const view = viewOf(world, balancer.id);
  if (!view || !balancer.name.toLowerCase().endsWith("-internal")) return [];
  const dead = balancer.frontends.filter((frontend) => !livesOn(view, balancer, frontend));
  // If no frontend is in use, the load balancer itself is the candidate.
  if (dead.length === balancer.frontends.length) return [];
  return dead.map((frontend) =>
    judge(world, view, {
      resourceId: frontend.id,
      kind: "frontend",
      against: contradictions.frontend(world, balancer, frontend),
    }),
  );
}

/**
 * Rules and probes of deleted Services, on a load balancer that is in use; those of an orphaned frontend are
 * deleted with it.
 */
function judgeRules(world: World, balancer: LoadBalancer): Candidate[] {
  const view = viewOf(world, balancer.id);
  if (!view || !balancer.name.toLowerCase().endsWith("-internal")) return [];
  const alive = balancer.frontends.filter((frontend) => livesOn(view, balancer, frontend));
  if (alive.length === 0) return [];
  return staleRules(living(view), balancer, alive).map(({ id }) =>
    judge(world, view, { resourceId: id, kind: "rule", against: contradictions.rule(balancer) }),
  );
}

function judgePls(world: World, pls: PrivateLinkService): Candidate | undefined {
  const [frontendId = ""] = pls.frontendIds;
  const view = viewOf(world, frontendId);
  if (!view || pls.tags[CLUSTER_TAG] === undefined) return undefined;
  const name = parseResourceId(frontendId)?.name ?? "";
  const owners = living(view).filter(({ uid }) => isNamedFor(name, uid));
  const balancer = lookupIn(world).balancerOf(frontendId);
  const frontend = balancer?.frontends.find(({ id }) => sameId(id, frontendId));
  const stand = balancer && frontend ? { balancer, frontend } : undefined;
  const isAlive = owners.length > 0 || (stand && livesOn(view, stand.balancer, stand.frontend));
  const suspicion = { resourceId: pls.id, kind: "pls", against: contradictions.pls(world, pls) } as const;
  if (!isAlive) return judge(world, view, suspicion);
  const owner = owners.find((one) => pls.tags[OWNER_TAG] === `${one.namespace}/${one.name}`);
  if (!owner || !stand || !hasWithdrawn(view, owner, stand)) return undefined;
  const proof = withdrawal(
    proofOf(world, view),
    `Service ${view.cluster.name}/${owner.namespace}/${owner.name}`,
  );
  return { ...weigh(world, view, { ...suspicion, proof }), ...judgedOn(pls, owner) };
}

function judgedOn(
  { version = "" }: PrivateLinkService,
  { uid, resourceVersion = "" }: Declared,
): Pick<Candidate, "version" | "withdrawal"> {
  return { version, withdrawal: `${uid} ${resourceVersion}` };
}

function withdrawal(proof: Proof, service: string): Proof {
  if (!isProved(proof)) return proof;
  return proof.map((one) => ({ ...one, says: `${service} no longer declares azure-pls-create` }));
}

interface Stand {
  readonly balancer: LoadBalancer;
  readonly frontend: Frontend;
}

/** Its confirmed owner declares no Private Link Service, and no Service that shares the frontend declares or proposes one. */
function hasWithdrawn(view: ClusterView, owner: Declared, { balancer, frontend }: Stand): boolean {
  if (owner.strength !== "confirmation" || owner.intent.pls || owner.deletedAtUtc !== undefined) return false;
  return !usersOf(living(view), balancer, frontend).some(({ intent }) => intent.pls);
}

function viewOf(world: World, id: string): ClusterView | undefined {
  return lookupIn(world).clusterOf(id);
}

function livesOn(view: ClusterView, balancer: LoadBalancer, frontend: Frontend): boolean {
  return isUsed(living(view), balancer, frontend);
}

const NONE: readonly Declared[] = [];

/**
 * All Services that may exist: confirmed ones, proposed ones, and those being deleted until the cluster
 * confirms it.
 */
function living(view: ClusterView): readonly Declared[] {
  // A deleted cluster has no Services; for one that cannot be read, the proof is missing.
  return view.state === "present" ? view.declared : NONE;
}

interface Suspicion {
  readonly resourceId: string;
  readonly kind: OrphanKind;
  readonly against: readonly string[];
}

function judge(world: World, view: ClusterView, suspicion: Suspicion): Candidate {
  return weigh(world, view, { ...suspicion, proof: proofOf(world, view) });
}

/** @param proof the evidence, or what is missing for a proof */
function weigh(
  world: World,
  view: ClusterView,
  { resourceId, kind, against, proof }: Suspicion & { readonly proof: Proof },
): Candidate {
  const missing = isProved(proof) ? [] : [proof.missing];
  const evidenceAgainst = [...against, ...protectionOf(world, resourceId)];
  return {
    resourceId,
    kind,
    cluster: view.cluster.name,
    verdict: missing.length + evidenceAgainst.length === 0 ? "orphan" : "unproved",
    for: isProved(proof) ? [...proof, ...unusedInAzure(world, evidenceAgainst)] : [],
    against: evidenceAgainst,
    missing,
  };
}

/** Evidence from Azure, in addition to that of the cluster. */
function unusedInAzure(world: World, against: readonly string[]): Evidence[] {
  if (against.length > 0) return [];
  return [{ says: "nothing in Azure uses it", source: "Azure", atUtc: world.nowUtc }];
}
