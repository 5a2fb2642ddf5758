/**
 * The one path to a write: policy, then per change lease → re-read → guards → last proof → journal → write → verify → journal.
 * In order; stops at the first refusal or failure and says what is left. Nothing else may use a `ResourceWriter`.
 */
import { Conflict, InvalidInput, NotYet, Refused } from "../errors.ts";
import { withCorrelation } from "../correlation.ts";
import { readPolicy, type PolicyInForce } from "../policyStore.ts";
import type { Run } from "../ports.ts";
import { withLease } from "../storage/lease.ts";
import { canonicalId } from "../network/resourceId.ts";
import type { Applied, Apply, ApplyOptions } from "./applied.ts";
import { withEdits } from "./body.ts";
import { refusedBecause } from "./guards.ts";
import { isInPlace } from "./inPlace.ts";
import { closeEntry, countDeletes, openEntry, type Ended } from "./journalStore.ts";
import { isRemoval, SYSTEM, type Cause, type Change, type Plan } from "./plan.ts";
import { counted } from "./counted.ts";
import { observedBecause } from "./policy.ts";
import type { Resource, ResourceWriter } from "./resources.ts";
import { isStopped } from "./stop.ts";
import { lastHour, MOORING, recordTouch, repairsOf } from "./touches.ts";

const DAY_MILLISECONDS = 24 * 3600 * 1000;

interface Work {
  readonly run: Run;
  readonly writer: ResourceWriter;
  readonly cause: Cause;
  readonly options: ApplyOptions;
  readonly inForce: PolicyInForce;
  /** Deletes made so far by this run. */
  deletes: number;
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

/** @throws NotYet or Conflict, after the journal says so: the work is for another time */
async function applyOne(work: Work, change: Change): Promise<Applied> {
  const observed = observedBecause(change, work.inForce.policy, work.cause.who);
  if (observed) return { change, outcome: "observed", why: observed };
  return withLease(work.run, canonicalId(change.resourceId), () => applyLeased(work, change));
}

async function applyLeased(work: Work, change: Change): Promise<Applied> {
  const { run } = work;
  const actual = await run.ports.resources.read(change.resourceId);
  if (isInPlace(change, actual)) return { change, outcome: "applied", why: "already so" };
  if (!actual && change.action !== "create")
    return { change, outcome: "refused", why: "the resource is gone" };
  if (actual && change.action === "create")
    return { change, outcome: "refused", why: "something is there already" };
  const why = await refusal(work, change, actual);
  if (why) {
    run.log.warn("change refused", { resourceId: change.resourceId, why });
    return { change, outcome: "refused", why };
  }
  return write(work, change, actual);
}

async function refusal(
  { run, inForce, options, deletes, cause }: Work,
  change: Change,
  actual: Resource | undefined,
): Promise<string | undefined> {
  const [locks, stopped, day, touches] = await Promise.all([
    run.ports.resources.locks(change.resourceId),
    isStopped(run),
    isRemoval(change) ? countDeletes(run, before(run, DAY_MILLISECONDS)) : 0,
    change.capability === "links" && cause.who === SYSTEM ? lastHour(run, change.resourceId) : [],
  ]);
  const { policy } = inForce;
  const freshSinceUtc = before(run, policy.snapshotStaleMinutes * 60_000);
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
  });
  if (guarded) return `${guarded.guard}: ${guarded.why}`;
  if (options.stillTrue && actual) return options.stillTrue(change, actual);
  return isRemoval(change) ? "no last proof was given for a delete" : undefined;
}

function before(run: Run, milliseconds: number): string {
  return new Date(run.now().getTime() - milliseconds).toISOString();
}

async function write(work: Work, change: Change, actual: Resource | undefined): Promise<Applied> {
  const { run, cause, inForce } = work;
  const before = actual ? { before: actual.body } : {};
  const opened = await openEntry(run, change, { cause, policyVersion: inForce.version, ...before });
  const journalId = opened.entry.id;
  try {
    const after = await send(work.writer, change, actual);
    const ended = await verified(run, change, after);
    await closeEntry(run, opened, ended);
    await remember(work, { change, journalId, ended });
    return report(work, change, journalId, ended);
  } catch (error) {
    const ended = await recovered(run, change, error);
    await closeEntry(run, opened, ended);
    await remember(work, { change, journalId, ended });
    if (ended.outcome !== "applied" && (error instanceof NotYet || error instanceof Conflict)) throw error;
    return report(work, change, journalId, ended);
  }
}

async function send(
  writer: ResourceWriter,
  change: Change,
  actual: Resource | undefined,
): Promise<Resource | undefined> {
  if (change.action === "create") return writer.create(change.resourceId, change.body);
  if (!actual) throw new Conflict(`${change.resourceId} is gone`);
  if (change.action === "update")
    return writer.write(change.resourceId, withEdits(actual.body, change.edits), actual.version);
  await writer.remove(change.resourceId, actual.version);
  return undefined;
}

async function verified(run: Run, change: Change, answered: Resource | undefined): Promise<Ended> {
  const after = answered ?? (await run.ports.resources.read(change.resourceId));
  if (isInPlace(change, after)) return { outcome: "applied", ...(after && { after: after.body }) };
  return {
    outcome: "failed",
    why: "Azure answered well, but the resource is not so",
    ...(after && { after: after.body }),
  };
}

/** A refused write did nothing; any other failure may have happened behind a lost answer: reading tells. */
async function recovered(run: Run, change: Change, error: unknown): Promise<Ended> {
  const why = error instanceof Error ? error.message : String(error);
  if (error instanceof Refused || error instanceof InvalidInput) return { outcome: "refused", why };
  try {
    const after = await run.ports.resources.read(change.resourceId);
    if (!isInPlace(change, after)) return { outcome: "failed", why, ...(after && { after: after.body }) };
    return { outcome: "applied", why: `${why}; found done`, ...(after && { after: after.body }) };
  } catch {
    return { outcome: "unknown", why };
  }
}

/** A repair counts against the next one of the same field. */
async function remember(
  { run, cause }: Work,
  {
    change,
    journalId,
    ended,
  }: { readonly change: Change; readonly journalId: string; readonly ended: Ended },
): Promise<void> {
  if (ended.outcome !== "applied" || cause.who !== SYSTEM) return;
  if (change.capability !== "links" || change.action !== "update") return;
  await recordTouch(run, change.resourceId, journalId, {
    atUtc: run.now().toISOString(),
    who: MOORING,
    operation: "repair",
    paths: change.edits.map(({ path }) => path),
  });
}

function report(work: Work, change: Change, journalId: string, { outcome, why }: Ended): Applied {
  if (isRemoval(change) && outcome !== "refused") work.deletes += 1;
  work.run.log.info("change written", {
    resourceId: change.resourceId,
    action: change.action,
    outcome,
    journalId,
  });
  const told = outcome === "applied" || outcome === "refused" ? outcome : "failed";
  return { change, outcome: told, journalId, ...(why && { why }) };
}
