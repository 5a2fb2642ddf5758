/**
 * Finds orphans, quarantines the proved ones, and deletes those whose grace is over, each proved once more from fresh reads
 * right before. Mode `observe` (the default) only tells. Called by the orphans queue; safe to run any number of times.
 */
import { throwFailures, type Applied, type Apply, type ApplyOptions } from "../changes/applied.ts";
import { messageOf } from "../core/messageOf.ts";
import { printPlan } from "../changes/diff.ts";
import type { Resource } from "../ports/resources.ts";
import { inParts } from "../changes/parts.ts";
import { SYSTEM, type Change, type Plan } from "../changes/plan.ts";
import { requestList } from "../declarations/feed.ts";
import { AwaitsReport, Incomplete } from "../core/errors.ts";
import { parseResourceId, resourceName, sameId } from "../azure/resourceId.ts";
import { clusterSubject, subscriptionSubject } from "../storage/outcome.ts";
import { recordAll, type Notes } from "../storage/recordOutcome.ts";
import { readPolicy } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";
import type { WorkItem } from "../ports/queue.ts";
import { resolveDangling } from "../changes/dangling.ts";
import { withLease } from "../storage/lease.ts";
import { findOrphans, type Candidate } from "./classify.ts";
import { corroborate } from "./corroborate.ts";
import { findCluster } from "../declarations/registry.ts";
import { gatherAround, gatherWorld } from "./gather.ts";
import { recordOrphans } from "./countOrphans.ts";
import { lookupIn } from "./lookup.ts";
import { awaitAgain, leave, listQuarantine, previewQuarantine, updateQuarantine } from "./quarantine.ts";
import { awaiting, isConfirmedSince, partsOf, planSweep } from "./planSweep.ts";
import type { OrphanKind, Quarantined } from "./model.ts";
import { decidingList, removedBy } from "./removeFrontend.ts";
import { subjectOf } from "./subject.ts";
import { verifyActual, type Expected } from "./verifyActual.ts";
import type { World } from "./world.ts";

export function sweepOrphans(run: Run, apply: Apply, item: WorkItem): Promise<readonly Applied[]> {
  return withLease(run, "sweep", async () => {
    const subjects = run.ports.subscriptions.map(subscriptionSubject);
    const { due, applied } = await recordAll(run, { operation: "sweep", subjects }, async (notes) => {
      const swept = await sweepOnce(run, apply, item);
      note(notes, swept);
      return swept;
    });
    throwUnreadable(due);
    throwFailures(applied);
    throwAwaited(due);
    return applied;
  });
}

interface Swept {
  readonly due: Due;
  readonly applied: readonly Applied[];
}

async function sweepOnce(run: Run, apply: Apply, { why, correlationId }: WorkItem): Promise<Swept> {
  await resolveDangling(run);
  const due = await planDue(run);
  if (due.plan.changes.length > 0) run.log.info("sweep planned", { plan: printPlan(due.plan).split("\n") });
  const cause = { why, who: SYSTEM, correlationId };
  const applied = await inParts(apply, due.parts)(run, due.plan, cause, due.options);
  await recordSwept(run, due.quarantined, applied);
  recordOrphans(run, await listQuarantine(run));
  return { due, applied };
}

/** A cluster is judged only if its state is certain; what a subscription hides is not held against its clusters. */
function note(notes: Notes, { due: { unreadable, clusters }, applied }: Swept): void {
  for (const [subscription, why] of unreadable) notes.failed(subscriptionSubject(subscription), why);
  for (const { change, outcome, why } of applied)
    if (outcome === "failed") notes.failed(clusterSubject(change.cluster), why ?? "failed");
  for (const { cluster, state, doubt } of clusters) {
    if (unreadable.has(parseResourceId(cluster.resourceId)?.subscription.toLowerCase() ?? "")) continue;
    const subject = clusterSubject(cluster.name);
    if (state === "unknown") notes.failed(subject, doubt ?? "its state is unknown");
    else notes.succeeded(subject);
  }
}

/** What could be done is done; the rest must not look like success. @throws Incomplete naming each subscription */
function throwUnreadable({ unreadable }: Due): void {
  if (unreadable.size === 0) return;
  const each = [...unreadable].map(
    ([subscription, why]) => `subscription ${subscription}: ${messageOf(why)}`,
  );
  throw new Incomplete(`the sweep left out what it could not read: ${each.join("; ")}`);
}

/** What waits for a report is looked at again soon, not at the next timer. @throws AwaitsReport */
function throwAwaited({ awaited }: Due): void {
  if (awaited.length > 0) throw new AwaitsReport(`waiting for the next report of ${awaited.join(", ")}`, 30);
}

/** For a sweep that a person asks for: parts as they are, one sweep at a time, so that budgets count each delete once. */
export function sweepAlone(apply: Apply, parts: readonly Plan[]): Apply {
  return (run, ...rest) => withLease(run, "sweep", () => inParts(apply, parts)(run, ...rest));
}

export interface Due {
  readonly plan: Plan;
  /** The same, in parts that do not depend on each other. */
  readonly parts: readonly Plan[];
  readonly quarantined: readonly Quarantined[];
  readonly unreadable: World["unreadable"];
  readonly clusters: World["clusters"];
  /** Clusters that have to confirm again before their orphans are deleted. */
  readonly awaited: readonly string[];
  /** With the last proof that every delete needs. */
  readonly options: ApplyOptions;
}

/** Brings the quarantine up to date and plans the deletes that are due. */
export async function planDue(run: Run): Promise<Due> {
  const { policy } = await readPolicy(run);
  const world = await gatherWorld(run, policy);
  await corroborate(run, world);
  const quarantined = await updateQuarantine(run, { candidates: findOrphans(world), world, policy });
  for (const { cluster, sequence } of awaiting(quarantined, world)) await requestList(run, cluster, sequence);
  return plan(run, world, quarantined);
}

/** For a sweep that an operator requests: the quarantine is brought up to date, and the lists that it waits for are requested. */
export async function requestAwaited(run: Run, { awaited }: Pick<Due, "awaited">): Promise<void> {
  if (awaited.length > 0) await withLease(run, "sweep", () => planDue(run));
}

/** The same plan; the quarantine stays as it is, and no list is requested. */
export async function previewDue(run: Run): Promise<Due> {
  const { policy } = await readPolicy(run);
  const world = await gatherWorld(run, policy);
  return plan(run, world, await previewQuarantine(run, { candidates: findOrphans(world), world, policy }));
}

function plan(run: Run, world: World, quarantined: readonly Quarantined[]): Due {
  const connections = world.privateLinkServices.flatMap((pls) => pls.connections);
  const inSight = world.balancers.length + world.privateLinkServices.length + connections.length;
  const stillTrue = (change: Change, actual: Resource) => refutation(run, { change, actual }, quarantined);
  const whole = planSweep(quarantined, world);
  return {
    plan: whole,
    parts: partsOf(whole, world),
    quarantined,
    unreadable: world.unreadable,
    clusters: world.clusters,
    awaited: [...new Set(awaiting(quarantined, world).map(({ cluster }) => cluster))],
    options: { inSight, stillTrue },
  };
}

interface Write {
  readonly change: Change;
  /** What it would change, as just read by its id. */
  readonly actual: Resource;
}

/** Why the resource must stay, judged on a world read now and on the resource itself; `undefined` if it is still a proved orphan. */
async function refutation(
  run: Run,
  { change, actual }: Write,
  rows: readonly Quarantined[],
): Promise<string | undefined> {
  const { policy } = await readPolicy(run);
  const cluster = await findCluster(run, change.cluster);
  if (!cluster) return `cluster ${change.cluster} is not registered any more`;
  const world = await gatherAround(run, policy, cluster);
  const proved = findOrphans(world).filter(({ verdict }) => verdict === "orphan");
  const why = (id: string) => refutationOf(id, { proved, world, rows });
  const removed = removedBy(change);
  const own = removed.map(why);
  for (const id of removed) own.push(await unlistedBalancer(run, id, world));
  const verify = (kind: OrphanKind, isWithPls = false) =>
    verifyActual(actual, expectedOf(change, { world, rows, kind, isWithPls }));
  if (own.length > 0 && own.every((one) => one === undefined)) return verify(kindOf(change, rows));
  // What is attached to a Private Link Service goes with it.
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

/** What a list lacks may exist all the same: a load balancer that was not listed is read by its id. */
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
}

function refutationOf(id: string, { proved, world, rows }: Proved): string | undefined {
  const candidate = proved.find(({ resourceId }) => sameId(resourceId, id));
  const row = rows.find(({ resourceId }) => sameId(resourceId, id));
  if (!candidate || !row) return "it is not proved an orphan any more";
  if (row.subject !== subjectOf(world, candidate) || row.version !== candidate.version)
    return "it changed since it was quarantined";
  return isConfirmedSince(row, world)
    ? undefined
    : "its cluster has not confirmed since that no Service uses it";
}

const NOT_DELETED: ReadonlySet<string> = new Set(["refused", "failed", "left"]);

/** What was deleted leaves quarantine. What was due and stays has to be confirmed again: the confirmation ages while a guard refuses. */
export async function recordSwept(
  run: Run,
  quarantined: readonly Quarantined[],
  applied: readonly Applied[],
): Promise<void> {
  const idsOf = (isMeant: (one: Applied) => boolean) =>
    applied.filter(isMeant).flatMap(({ change }) => removedBy(change));
  const deleted = idsOf(({ outcome }) => outcome === "applied");
  const kept = idsOf(({ outcome }) => NOT_DELETED.has(outcome));
  for (const row of quarantined) {
    const isAmong = (ids: readonly string[]) => ids.some((id) => sameId(id, row.resourceId));
    if (isAmong(deleted)) await leave(run, row);
    else if (isAmong(kept)) await awaitAgain(run, row);
  }
}
