/**
 * The one path to a write: policy, then per change lease → re-read → guards → final verification → journal →
 * write → verify → journal. In order; stops at the first refusal or failure and returns the remaining changes
 * as `left`. Nothing else may use a `ResourceWriter`.
 */
import { Conflict, InvalidInput, NotYet, Refused } from "../core/errors.ts";
import { withCorrelation } from "../core/correlation.ts";
import { readPolicy, type PolicyInForce } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";
import { withLease, type Lease } from "../storage/lease.ts";
import { canonicalId } from "../azure/resourceId.ts";
import type { Applied, Apply, ApplyOptions } from "./applied.ts";
import { withEdits } from "./body.ts";
import { isRelated, listDangling, resolveEntries } from "./dangling.ts";
import { journalUnresolved, refusedBecause, type GuardInput, type Refusal } from "./guards.ts";
import { isInPlace } from "./inPlace.ts";
import {
  closeEntry,
  countDeletes,
  mayHaveHappened,
  openEntry,
  type Ended,
  type Opened,
} from "./journalStore.ts";
import { isRemoval, SYSTEM, type Cause, type Change, type Plan } from "./plan.ts";
import { counted } from "./counted.ts";
import { isConfirmedSince } from "./order.ts";
import { observedBecause } from "./policy.ts";
import { recovered, verified } from "./result.ts";
import { readProtection } from "./protection.ts";
import { reserve } from "./reserve.ts";
import type { Resource, ResourceWriter } from "../ports/resources.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { isStopped } from "./stop.ts";
import { lastHour, recordRepair, repairsOf } from "./touches.ts";
import { messageOf } from "../core/messageOf.ts";

/** How long the result of the guards counts. Slow, throttled reads take less. */
const VALID_SECONDS = 120;
const DAY_MILLISECONDS = 24 * 3600 * 1000;

interface Work {
  readonly run: Run;
  readonly writer: ResourceWriter;
  readonly cause: Cause;
  readonly options: ApplyOptions;
  readonly inForce: PolicyInForce;
  /** Deletes of this run so far. A refused one ends the plan, so it does not have to be subtracted. */
  deletes: number;
  /** Journal entries that a crash left open: read once, when the first change is to be written. */
  dangling?: readonly Opened[];
}

/** @returns the `Apply` of this process, the only holder of its writer */
export function createApply(writer: ResourceWriter): Apply {
  return (run, plan, cause, options) =>
    withCorrelation({ correlationId: cause.correlationId }, () =>
      applyAll(run, plan, { writer, cause, options }),
    );
}

async function applyAll(
  run: Run,
  plan: Plan,
  { writer, cause, options }: Pick<Work, "writer" | "cause" | "options">,
): Promise<readonly Applied[]> {
  const work: Work = {
    run,
    writer,
    cause,
    options,
    inForce: await readPolicy(run),
    deletes: options.removedBefore ?? 0,
  };
  const results: Applied[] = [];
  let stopped = false;
  for (const change of plan.changes) {
    const result: Applied = stopped
      ? { change, outcome: "left", why: "an earlier change was not made" }
      : await counted(run, change, () => applyOne(work, change));
    stopped ||= result.outcome === "refused" || result.outcome === "failed";
    results.push(result);
  }
  return results;
}

/** @throws NotYet or Conflict, after the journal entry is closed: the caller retries later */
async function applyOne(work: Work, change: Change): Promise<Applied> {
  const observed = observedBecause(change, work.inForce.policy, work.cause.who);
  if (observed) return { change, outcome: "observed", why: observed };
  const unresolved = journalUnresolved(await resolveRelated(work, change));
  if (unresolved) return refuse(work, change, unresolved);
  return withLease(work.run, canonicalId(change.resourceId), (lease) => applyLeased(work, change, lease));
}

/**
 * Resolves open journal entries of this resource, its containers and its contents. Returns those that stay
 * open.
 */
async function resolveRelated(work: Work, { resourceId }: Change) {
  work.dangling ??= await listDangling(work.run);
  const related = work.dangling.filter(({ entry }) => isRelated(entry.change.resourceId, resourceId));
  return resolveEntries(work.run, related);
}

function refuse({ run }: Work, change: Change, { guard, why }: Refusal): Applied {
  run.log.warn("change refused", { resourceId: change.resourceId, guard, why });
  return { change, outcome: "refused", guard, why };
}

async function applyLeased(work: Work, change: Change, lease: Lease): Promise<Applied> {
  const judgedAt = work.run.now();
  const judged = await judge(work, change);
  if ("outcome" in judged) return judged;
  // Guards and verification may take long: their result is valid only while the lease excludes other writers.
  await lease.demand();
  const taken = await reserve(work.run, change, judged.actual);
  if (taken.length > 0) return refuse(work, change, { guard: "taken-since", why: taken.join("; ") });
  return write(work, change, { actual: judged.actual, lease, judgedAt });
}

/**
 * The resource as just read, if the change may be written. If it cannot be read, only this change is refused:
 * others do not depend on it.
 */
async function judge(work: Work, change: Change): Promise<Applied | Pick<GuardInput, "actual">> {
  try {
    const actual = await work.run.ports.resources.read(change.resourceId);
    if (isInPlace(change, actual)) return { change, outcome: "applied", why: "up to date" };
    const refused = misplaced(change, actual) ?? (await refusal(work, change, actual));
    return refused ? refuse(work, change, refused) : { actual };
  } catch (error) {
    if (!(error instanceof Refused || error instanceof InvalidInput)) throw error;
    return refuse(work, change, { guard: "unreadable", why: error.message });
  }
}

function misplaced({ action }: Change, actual: Resource | undefined): Refusal | undefined {
  if (!actual && action !== "create") return { guard: "absent", why: "the resource does not exist" };
  if (actual && action === "create") return { guard: "exists", why: "the resource already exists" };
  return undefined;
}

async function refusal(
  { run, inForce, options, deletes, cause }: Work,
  change: Change,
  actual: Resource | undefined,
): Promise<Refusal | undefined> {
  const protection = await readProtection(run, change, { actual, who: cause.who });
  const [locks, stopped, day, touches, confirmedSince] = await waitForAll([
    run.ports.resources.locks(change.resourceId),
    isStopped(run),
    isRemoval(change) ? countDeletes(run, before(run, DAY_MILLISECONDS)) : 0,
    change.capability === "privateLinkServices" && cause.who === SYSTEM
      ? lastHour(run, change.resourceId)
      : [],
    isConfirmed(run, change, [actual, protection.privateLinkService]),
  ] as const);
  const { policy } = inForce;
  const freshSinceUtc = before(run, policy.staleMinutes * 60_000);
  const guarded = refusedBecause({
    change,
    actual,
    locks,
    policy,
    nowUtc: run.now().toISOString(),
    freshSinceUtc,
    stopped,
    deletes: { run: deletes, day },
    inSight: options.inSight,
    repairs: repairsOf(touches, change),
    isConfirmedSince: confirmedSince,
    protection,
  });
  if (guarded) return { guard: guarded.guard, why: `${guarded.guard}: ${guarded.why}` };
  const why =
    options.stillTrue && actual
      ? await options.stillTrue(change, actual)
      : isRemoval(change) && "a delete requires a final verification";
  return why ? { guard: "last-proof", why } : undefined;
}

async function isConfirmed(
  run: Run,
  change: Change,
  read: readonly (Resource | undefined)[],
): Promise<boolean> {
  if (change.confirmedSequence === undefined) return true;
  const existing = read.filter((one) => one !== undefined);
  return isConfirmedSince(run, change, existing);
}

function before(run: Run, milliseconds: number): string {
  return new Date(run.now().getTime() - milliseconds).toISOString();
}

interface Leased extends Pick<GuardInput, "actual"> {
  readonly lease: Lease;
  /** When the guards began to read. */
  readonly judgedAt: Date;
}

async function write(work: Work, change: Change, leased: Leased): Promise<Applied> {
  const { actual } = leased;
  const { run, cause, inForce } = work;
  const before = actual ? { before: actual.body } : {};
  const sent = { change, ...before };
  const opened = await openEntry(run, change, { cause, policyVersion: inForce.version, ...before });
  const journalId = opened.entry.id;
  await demandStill(run, opened, leased);
  try {
    const after = await send(work.writer, change, actual);
    const ended = await verified(run, sent, after);
    await closeEntry(run, opened, ended);
    if (mayHaveHappened(ended)) await recordRepair(run, opened.entry);
    return report(work, change, journalId, ended);
  } catch (error) {
    const ended = await recovered(run, sent, error);
    await closeEntry(run, opened, ended);
    if (mayHaveHappened(ended)) await recordRepair(run, opened.entry);
    if (ended.outcome !== "applied" && (error instanceof NotYet || error instanceof Conflict)) throw error;
    return report(work, change, journalId, ended);
  }
}

/**
 * A host that was suspended after the guards read writes nothing. Its lease alone does not show it: an expired one can be renewed as long as
 * no other host acquired it. @throws NotYet
 */
async function demandStill(run: Run, opened: Opened, { lease, judgedAt }: Leased): Promise<void> {
  try {
    await lease.demand();
    const seconds = (run.now().getTime() - judgedAt.getTime()) / 1000;
    if (seconds > VALID_SECONDS)
      throw new NotYet(`the guards read ${Math.round(seconds)} seconds ago: they have to read again`, 15);
  } catch (error) {
    await closeEntry(run, opened, { outcome: "refused", why: messageOf(error) });
    throw error;
  }
}

async function send(
  writer: ResourceWriter,
  change: Change,
  actual: Resource | undefined,
): Promise<Resource | undefined> {
  if (change.action === "create") return writer.create(change.resourceId, change.body);
  if (!actual) throw new Conflict(`${change.resourceId} does not exist`);
  if (change.action === "update")
    return writer.write(change.resourceId, withEdits(actual.body, change.edits), actual.version);
  await writer.remove(change.resourceId, actual.version);
  return undefined;
}

function report(work: Work, change: Change, journalId: string, { outcome, why }: Ended): Applied {
  if (isRemoval(change)) work.deletes += 1;
  work.run.log.info("change written", {
    resourceId: change.resourceId,
    action: change.action,
    outcome,
    journalId,
  });
  const told = outcome === "applied" || outcome === "refused" ? outcome : "failed";
  return { change, outcome: told, journalId, ...(why && { why }) };
}
