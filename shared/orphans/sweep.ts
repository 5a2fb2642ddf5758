/**
 * Finds orphans, quarantines the proved ones, and deletes those whose grace period is over, each after a new
 * proof from fresh reads. Mode `observe` (the default) only reports. Called by the orphans queue; idempotent.
 */
import { failureOf, type Applied, type Apply, type ApplyOptions } from "../changes/applied.ts";
import { messageOf } from "../core/messageOf.ts";
import { printPlan } from "../changes/diff.ts";
import type { Resource } from "../ports/resources.ts";
import { inPartsToRecord, type Part } from "../changes/parts.ts";
import { SYSTEM, type Change, type Plan } from "../changes/plan.ts";
import { requestList } from "../declarations/feed.ts";
import { AwaitsReport, Incomplete, NotYet, worstOf } from "../core/errors.ts";
import { canonicalId, parseResourceId, resourceName, sameId } from "../azure/resourceId.ts";
import { clusterSubject, subscriptionSubject } from "../storage/outcome.ts";
import { recordAll, type Notes } from "../storage/recordOutcome.ts";
import { readPolicy } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";
import type { WorkItem } from "../ports/queue.ts";
import { resolveDangling } from "../changes/dangling.ts";
import { withLease, type Lease } from "../storage/lease.ts";
import { findOrphans, type Candidate } from "./classify.ts";
import { corroborate } from "./corroborate.ts";
import { findCluster } from "../declarations/registry.ts";
import { gatherAround, gatherWorld } from "./gather.ts";
import { recordOrphans } from "./countOrphans.ts";
import { lookupIn } from "./lookup.ts";
import {
  awaitAgain,
  leave,
  listQuarantine,
  previewQuarantine,
  readQuarantine,
  updateQuarantine,
} from "./quarantine.ts";
import { awaiting, isConfirmedSince, partsOf, planSweep } from "./planSweep.ts";
import { isDueAt, type OrphanKind, type Quarantined } from "./model.ts";
import { decidingList, removedBy } from "./removeFrontend.ts";
import { subjectOf } from "./subject.ts";
import { verifyActual, type Expected } from "./verifyActual.ts";
import type { World } from "./world.ts";

export function sweepOrphans(run: Run, apply: Apply, item: WorkItem): Promise<readonly Applied[]> {
  return withLease(run, "sweep", async (lease) => {
    const subjects = run.ports.subscriptions.map(subscriptionSubject);
    const { due, applied } = await recordAll(run, { operation: "sweep", subjects }, async (notes) => {
      const swept = await sweepOnce(run, lease, { apply, item });
      note(notes, swept);
      return swept;
    });
    throwWorst([unreadableError(due), failureOf(applied)]);
    throwAwaited(due);
    return applied;
  });
}

interface Swept {
  readonly due: Due;
  readonly applied: readonly Applied[];
}

interface Work {
  readonly apply: Apply;
  readonly item: WorkItem;
}

async function sweepOnce(run: Run, lease: Lease, { apply, item }: Work): Promise<Swept> {
  await resolveDangling(run);
  const due = await planUnderLease(run, lease);
  if (due.plan.changes.length > 0) run.log.info("sweep planned", { plan: printPlan(due.plan).split("\n") });
  const cause = { why: item.why, who: SYSTEM, correlationId: item.correlationId };
  await lease.demand();
  const applied = await inPartsToRecord(apply, due.parts)(run, due.plan, cause, due.options);
  await recordSwept(run, due.quarantined, applied);
  recordOrphans(run, await listQuarantine(run));
  return { due, applied };
}

/**
 * A cluster is classified only if its state is certain; an unreadable subscription is not evidence against
 * its clusters.
 */
function note(notes: Notes, { due: { unreadable, clusters }, applied }: Swept): void {
  for (const [subscription, why] of unreadable) notes.failed(subscriptionSubject(subscription), why);
  for (const one of applied)
    if (one.outcome === "failed") notes.failed(clusterSubject(one.change.cluster), failureOf([one]));
  for (const { cluster, state, doubt } of clusters) {
    if (unreadable.has(parseResourceId(cluster.resourceId)?.subscription.toLowerCase() ?? "")) continue;
    const subject = clusterSubject(cluster.name);
    if (state === "unknown") notes.failed(subject, doubt ?? "its state is unknown");
    else notes.succeeded(subject);
  }
}

/** Throws after the possible work is done and recorded, so that the result is not a success. */
function throwWorst(errors: readonly (Error | undefined)[]): void {
  const worst = worstOf(errors.filter((error) => error !== undefined));
  if (worst !== undefined) throw worst;
}

/** Incomplete naming each subscription; NotYet if all of them pass. */
function unreadableError({ unreadable }: Due): Error | undefined {
  if (unreadable.size === 0) return undefined;
  const worst = worstOf([...unreadable.values()]);
  if (worst instanceof NotYet) return worst;
  const each = [...unreadable].map(
    ([subscription, why]) => `subscription ${subscription}: ${messageOf(why)}`,
  );
  return new Incomplete(`the sweep left out what it could not read: ${each.join("; ")}`);
}

/**
 * Throws if orphans are pending until a report, so that they are retried before the next timer. @throws
 * AwaitsReport
 */
function throwAwaited({ awaited }: Due): void {
  if (awaited.length > 0) throw new AwaitsReport(`waiting for the next report of ${awaited.join(", ")}`, 30);
}

/**
 * For a sweep that an operator requests: applies the parts, one sweep at a time, so that budgets count each
 * delete once.
 */
export function sweepAlone(apply: Apply, parts: readonly Part[]): Apply {
  return (run, ...rest) => withLease(run, "sweep", () => inPartsToRecord(apply, parts)(run, ...rest));
}

export interface Due {
  readonly plan: Plan;
  /** The same, in parts that fail separately. */
  readonly parts: readonly Part[];
  readonly quarantined: readonly Quarantined[];
  readonly unreadable: World["unreadable"];
  readonly clusters: World["clusters"];
  /** Clusters that have to confirm again before their orphans are deleted. */
  readonly awaited: readonly string[];
  /** With the final verification that every delete needs. */
  readonly options: ApplyOptions;
}

async function planUnderLease(run: Run, lease: Lease): Promise<Due> {
  const { policy } = await readPolicy(run);
  const rows = await readQuarantine(run);
  const world = await gatherWorld(run, policy);
  await corroborate(run, world);
  const judged = { candidates: findOrphans(world), world, policy };
  await lease.demand();
  const quarantined = await updateQuarantine(run, judged, rows);
  for (const { cluster, sequence } of awaiting(quarantined, world)) await requestList(run, cluster, sequence);
  return plan(run, world, quarantined);
}

/** Brings the quarantine up to date and plans the deletes that are due. @throws Superseded if a sweep is running */
export function planDue(run: Run): Promise<Due> {
  return withLease(run, "sweep", (lease) => planUnderLease(run, lease));
}

/** For a sweep that an operator requests: updates the quarantine, and requests the missing lists. */
export async function requestAwaited(run: Run, { awaited }: Pick<Due, "awaited">): Promise<void> {
  if (awaited.length > 0) await planDue(run);
}

/** The same plan without updating the quarantine or requesting lists. */
export async function previewDue(run: Run): Promise<Due> {
  const { policy } = await readPolicy(run);
  const world = await gatherWorld(run, policy);
  const judged = { candidates: findOrphans(world), world, policy };
  return plan(run, world, previewQuarantine(run, judged, await listQuarantine(run)));
}

function plan(run: Run, world: World, quarantined: readonly Quarantined[]): Due {
  const connections = world.privateLinkServices.flatMap((pls) => pls.connections);
  const inSight = world.balancers.length + world.privateLinkServices.length + connections.length;
  const stillTrue = (change: Change, actual: Resource) => refutation(run, { change, actual });
  const whole = planSweep(quarantined, world);
  return {
    plan: whole,
    parts: partsOf(whole, world, quarantined),
    quarantined,
    unreadable: world.unreadable,
    clusters: world.clusters,
    awaited: [...new Set(awaiting(quarantined, world).map(({ cluster }) => cluster))],
    options: { inSight, stillTrue },
  };
}

interface Write {
  readonly change: Change;
  /** The resource to change, as just read by its id. */
  readonly actual: Resource;
}

/**
 * Why the resource must not be deleted, from a new world, the quarantine as it is now and the resource itself;
 * `undefined` if it is still a proved orphan. Another sweep may have begun the grace period again while this
 * host was suspended.
 */
async function refutation(run: Run, { change, actual }: Write): Promise<string | undefined> {
  const { policy } = await readPolicy(run);
  const rows = await listQuarantine(run);
  const cluster = await findCluster(run, change.cluster);
  if (!cluster) return `cluster ${change.cluster} is not registered any more`;
  const world = await gatherAround(run, policy, cluster);
  const candidates = findOrphans(world);
  const next = previewQuarantine(run, { candidates, world, policy }, rows);
  const proved = candidates.filter(({ verdict }) => verdict === "orphan");
  const why = (id: string) => refutationOf(id, { proved, world, rows, next });
  const removed = removedBy(change);
  const own = removed.map(why);
  for (const id of removed) own.push(await unlistedBalancer(run, id, world));
  const verify = (kind: OrphanKind, isWithPls = false) =>
    verifyActual(actual, expectedOf(change, { world, rows, kind, isWithPls }));
  if (own.length > 0 && own.every((one) => one === undefined)) return verify(kindOf(change, rows));
  // Connections of a Private Link Service are deleted with it.
  const pls = world.privateLinkServices.find(({ connections }) =>
    connections.some(({ id }) => sameId(id, change.resourceId)),
  );
  if (change.action === "delete" && pls && why(pls.id) === undefined)
    return (await unlistedBalancer(run, pls.id, world)) ?? verify("connection", true);
  return own.find((one) => one !== undefined) ?? "it is not proved an orphan any more";
}

interface Judgement {
  readonly world: World;
  readonly rows: readonly Quarantined[];
  readonly kind: OrphanKind;
  readonly isWithPls: boolean;
}

function expectedOf(change: Change, { world, rows, kind, isWithPls }: Judgement): Expected {
  const { resourceId, cluster } = change;
  const view = world.clusters.find((one) => one.cluster.name === cluster);
  return {
    kind,
    change,
    balancer: lookupIn(world).balancerOf(`${resourceId}/frontendIPConfigurations/any`),
    version: rows.find((row) => sameId(row.resourceId, resourceId))?.version,
    isOfDeleted: view?.state !== "present",
    isWithPls,
  };
}

function kindOf(change: Change, rows: readonly Quarantined[]): OrphanKind {
  if (change.action === "update")
    return decidingList(change) === "frontendIPConfigurations" ? "frontend" : "rule";
  return rows.find((row) => sameId(row.resourceId, change.resourceId))?.kind ?? "connection";
}

/** A list may be incomplete: a load balancer that was not listed is read by its id. */
async function unlistedBalancer(run: Run, id: string, world: World): Promise<string | undefined> {
  const { plsOf, balancerOf } = lookupIn(world);
  for (const frontendId of plsOf(id)?.frontendIds ?? []) {
    const { parentId } = parseResourceId(frontendId) ?? {};
    if (parentId === undefined || balancerOf(frontendId)) continue;
    if (await run.ports.resources.read(parentId))
      return `its load balancer ${resourceName(parentId)} exists, and was missing from the list`;
  }
  return undefined;
}

interface Proved {
  readonly proved: readonly Candidate[];
  readonly world: World;
  readonly rows: readonly Quarantined[];
  /** The rows as a sweep would leave them now: the policy may have changed since they were written. */
  readonly next: readonly Quarantined[];
}

function refutationOf(id: string, { proved, world, rows, next }: Proved): string | undefined {
  const isIt = ({ resourceId }: { readonly resourceId: string }) => sameId(resourceId, id);
  const [candidate, row, now] = [proved.find(isIt), rows.find(isIt), next.find(isIt)];
  if (!candidate || !row || !now) return "it is not proved an orphan any more";
  if (row.subject !== subjectOf(world, candidate) || row.version !== candidate.version)
    return "it changed since it was quarantined";
  if (!isDueAt(now, world.nowUtc)) return "its grace period is not over any more";
  return isConfirmedSince(now, world)
    ? undefined
    : "its cluster has not confirmed since that no Service uses it";
}

/**
 * Deleted resources leave quarantine. Due resources that were not deleted need another confirmation, because
 * it gets stale while a guard refuses.
 */
export async function recordSwept(
  run: Run,
  quarantined: readonly Quarantined[],
  applied: readonly Applied[],
): Promise<void> {
  const outcomes = new Map(
    applied.flatMap(({ change, outcome }) =>
      removedBy(change).map((id) => [canonicalId(id), outcome] as const),
    ),
  );
  for (const row of quarantined) {
    const outcome = outcomes.get(canonicalId(row.resourceId));
    if (outcome === "applied") await leave(run, row);
    else if (outcome === "refused") await awaitAgain(run, row);
    else if (outcome === "failed" || outcome === "left") await awaitAgain(run, row, true);
  }
}
