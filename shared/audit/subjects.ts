/** Joins declared and actual state into the subjects of checks. Pure. */
import type { Failure } from "../ports/activity.ts";
import type { Contradiction } from "../declarations/clusterContradictions.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import { baseName, isNamedFor } from "../kubernetes/frontendName.ts";
import type { Declared } from "../kubernetes/intent.ts";
import { clusterOfFrontend, clusterOfPls, ownerOfPls } from "../declarations/plsOwner.ts";
import type { Frontend } from "../azure/networkModel.ts";
import { canonicalId, parseResourceId } from "../azure/resourceId.ts";
import { lookupIn } from "../orphans/lookup.ts";
import type { World } from "../orphans/world.ts";
import type { Policy } from "../policy/policy.ts";
import type { Subjects } from "./check.ts";

const MINUTE = 60_000;

/** Errors that the cloud controller retries. */
const TRANSIENT = new Set([
  "AnotherOperationInProgress",
  "PreconditionFailed",
  "RetryableError",
  "RetryableErrorDueToAnotherOperation",
  "TooManyRequests",
]);

export function plsSubjects(world: World, policy: Policy): Subjects["pls"][] {
  const clusters = world.clusters.map(({ cluster }) => cluster);
  const living = livingIn(world);
  const confirmed = new Set(
    world.clusters
      .filter(({ feed, state }) => feed?.confirmed || state === "gone")
      .map(({ cluster }) => cluster.name),
  );
  return world.privateLinkServices.flatMap((pls) => {
    const cluster = clusterOfPls(pls, clusters);
    if (!cluster) return [];
    const owner = ownerOfPls(pls, living(cluster.name));
    const isConfirmed = confirmed.has(cluster.name);
    return [{ pls, cluster, policy, isConfirmed, touches: [], ...(owner && { owner }) }];
  });
}

/** Every PLS on a frontend of a cluster, regardless of its tags. */
export function markSubjects(world: World): Subjects["marks"][] {
  const living = livingIn(world);
  const find = frontendsIn(world);
  return world.privateLinkServices.flatMap((pls) => {
    const [frontendId = ""] = pls.frontendIds;
    const view = lookupIn(world).clusterOf(frontendId);
    if (!view) return [];
    const frontend = find(view.cluster).find(({ id }) => canonicalId(id) === canonicalId(frontendId));
    const name = parseResourceId(frontendId)?.name ?? "";
    const all = living(view.cluster.name);
    const named = all.filter(({ uid }) => isNamedFor(name, uid));
    const sharing = all.filter((one) => frontend && !named.includes(one) && isShared(frontend, one));
    return [{ pls, cluster: view.cluster, users: [...named, ...sharing] }];
  });
}

export function connectionSubjects(
  privateLinkServices: readonly Subjects["pls"][],
): Subjects["connection"][] {
  return privateLinkServices.flatMap(({ pls, cluster, policy, owner }) =>
    pls.connections.map((connection) => ({ connection, pls, cluster, policy, ...(owner && { owner }) })),
  );
}

/** Internal Services of clusters that exist. */
export function serviceSubjects(world: World, { audit }: Pick<Policy, "audit">): Subjects["service"][] {
  const living = livingIn(world);
  const find = frontendsIn(world);
  const plsOn = new Map(
    world.privateLinkServices.flatMap((pls) => pls.frontendIds.map((id) => [canonicalId(id), pls] as const)),
  );
  const present = world.clusters.filter(({ state }) => state === "present");
  return present.flatMap(({ cluster }) =>
    living(cluster.name)
      .filter(({ intent }) => intent.internal)
      .map((declared) => {
        const frontend = frontendOf(declared, find(cluster));
        const pls = frontend && plsOn.get(canonicalId(frontend.id));
        return {
          declared,
          ageMinutes: minutesBetween(declared.observedAtUtc, world.nowUtc),
          waitMinutes: audit.frontendMinutes,
          ...(frontend && { frontend }),
          ...(pls && { pls }),
        };
      }),
  );
}

/** True if a frontend or a PLS is overdue: then the activity log is searched for the cause. */
export function isOverdue({
  declared,
  frontend,
  pls,
  ageMinutes,
  waitMinutes,
}: Subjects["service"]): boolean {
  const isMissing = !frontend || (declared.intent.pls !== undefined && !pls);
  return isMissing && ageMinutes >= waitMinutes;
}

/**
 * Likely cause of an overdue frontend or PLS: the newest failure that mentions the frontend, the address or the PLS of the Service; else
 * the newest failure on this kind of resource since the declaration.
 */
export function likelyFailure(
  { declared, frontend }: Subjects["service"],
  failures: readonly Failure[],
): Failure | undefined {
  const type = frontend ? /privatelinkservices|subnets/i : /loadbalancers/i;
  const possible = failures.filter(
    ({ operation, code = "" }) => type.test(operation) && !TRANSIENT.has(code),
  );
  const { intent, uid } = declared;
  const names = [intent.addresses.ipv4, intent.addresses.ipv6, intent.pls?.name].filter(
    (one) => one !== undefined,
  );
  const isNamed = ({ resourceId, message = "" }: Failure) =>
    message.includes(baseName(uid)) ||
    names.some((name) => message.includes(name) || resourceId.endsWith(`/${name}`));
  return possible.find(isNamed) ?? possible.find(({ atUtc }) => atUtc >= declared.observedAtUtc);
}

export function declarationSubjects(world: World): Subjects["declaration"][] {
  const living = livingIn(world);
  return world.clusters.flatMap(({ cluster }) => living(cluster.name).map((declared) => ({ declared })));
}

export function balancerSubjects(world: World): Subjects["balancer"][] {
  return world.balancers.map((balancer) => {
    const cluster = lookupIn(world).clusterOf(balancer.id)?.cluster;
    const privateLinkServices = lookupIn(world).privateLinkServicesOn(balancer).length;
    return { balancer, privateLinkServices, ...(cluster && { cluster }) };
  });
}

const DAY_MINUTES = 24 * 60;

export function clusterSubjects(
  world: World,
  staleMinutes: number,
  contradictions: ReadonlyMap<string, readonly Contradiction[]>,
): Subjects["cluster"][] {
  return world.clusters.map((view) => {
    const contradicting = contradictions.get(view.cluster.name);
    const confirmed = view.feed?.confirmed?.atUtc;
    const confirmedMinutes = confirmed === undefined ? undefined : minutesBetween(confirmed, world.nowUtc);
    const ends = view.feed?.webhook?.certificateEndsAtUtc;
    const certificateDaysLeft =
      ends === undefined ? undefined : minutesBetween(world.nowUtc, ends) / DAY_MINUTES;
    return {
      view,
      staleMinutes,
      ...(confirmedMinutes !== undefined && { confirmedMinutes }),
      ...(certificateDaysLeft !== undefined && { certificateDaysLeft }),
      ...(contradicting && { contradictions: contradicting }),
    };
  });
}

/** Confirmed Services that are not being deleted, by cluster; a deleted cluster has none. */
function livingIn(world: World): (cluster: string) => readonly Declared[] {
  const byCluster = new Map(
    world.clusters.map(({ cluster, state, declared }) => [
      cluster.name,
      declared.filter(
        ({ strength, deletedAtUtc }) =>
          strength === "confirmation" && deletedAtUtc === undefined && state !== "gone",
      ),
    ]),
  );
  return (cluster) => byCluster.get(cluster) ?? [];
}

function frontendsIn(world: World): (cluster: Cluster) => readonly Frontend[] {
  const clusters = world.clusters.map(({ cluster }) => cluster);
  const byCluster = Map.groupBy(
    world.balancers.flatMap((balancer) => balancer.frontends),
    ({ id }) => clusterOfFrontend(id, clusters)?.name,
  );
  return ({ name }) => byCluster.get(name) ?? [];
}

function frontendOf(declared: Declared, frontends: readonly Frontend[]): Frontend | undefined {
  return (
    frontends.find(({ name }) => isNamedFor(name, declared.uid)) ??
    frontends.find((one) => isShared(one, declared))
  );
}

function isShared(frontend: Frontend, { intent }: Declared): boolean {
  return !frontend.isPublic && frontend.address !== undefined && frontend.address === intent.addresses.ipv4;
}

export function minutesBetween(fromUtc: string, toUtc: string): number {
  return (new Date(toUtc).getTime() - new Date(fromUtc).getTime()) / MINUTE;
}
