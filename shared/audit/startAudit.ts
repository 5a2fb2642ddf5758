/** Begins an audit: its row, a row for each scope, then a message for each; workers do the rest. */
import { isDeepStrictEqual } from "node:util";
import { SYSTEM } from "../changes/plan.ts";
import { Conflict } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import { withLease } from "../storage/lease.ts";
import type { WorkItem } from "../ports/queue.ts";
import type { AuditRun, ScopeProgress } from "./auditRun.ts";
import { finishAudit } from "./finishAudit.ts";
import {
  addProgress,
  changeEveryProgress,
  changeRun,
  isOver,
  listProgress,
  newRunId,
  RUNS,
  runKey,
} from "./runStore.ts";
import { chooseScopes, listScopes } from "./scopes.ts";
import { mapAtMost } from "../core/waitForAll.ts";

export interface Asked {
  /** `system` or the person who asks. */
  readonly who: string;
  readonly why: string;
  /** Scopes, or clusters; absent means everything. */
  readonly only?: readonly string[];
}

const SENT_AT_ONCE = 16;

/** What has not ended by then never will: its messages are lost, or it fails again and again. */
const TOO_OLD_HOURS = 3;
/** Whoever was writing the rows of its scopes until then has died. */
const UNBEGUN_MINUTES = 10;
const MINUTE = 60_000;

/** A new audit, on its way to the workers. @throws InvalidInput if `only` names what is not there */
export async function startAudit(run: Run, asked: Asked): Promise<AuditRun> {
  const audit = await createAudit(run, asked);
  await resume(run, audit);
  return audit;
}

/** A new audit that nobody works on yet. @throws InvalidInput if `only` names what is not there · Conflict */
export async function createAudit(run: Run, { who, why, only }: Asked): Promise<AuditRun> {
  const scopes = await chooseScopes(run, only);
  const startedAtUtc = run.now().toISOString();
  const audit: AuditRun = { id: newRunId(run, startedAtUtc), startedAtUtc, state: "running", who, why };
  await insertRun(run, audit);
  const begun = await giveScopes(run, audit.id, scopes);
  run.log.info("audit begun", { audit: begun.id, scopes: scopes.length });
  return begun;
}

/** @throws Conflict if somebody has ended it */
async function giveScopes(run: Run, id: string, scopes: readonly string[]): Promise<AuditRun> {
  await addProgress(run, id, scopes);
  const audit = await changeRun(run, id, (one) => ({ ...one, scopeCount: scopes.length }));
  if (audit?.state === "running") return audit;
  throw new Conflict(`audit ${id} was ended by somebody else before it could begin`);
}

/** @throws Conflict if there is another one of its id */
async function insertRun(run: Run, audit: AuditRun): Promise<void> {
  const { runs } = run.ports.tables;
  const written = await runs.transact(RUNS, [{ do: "insert", key: runKey(audit), value: audit }]);
  if (written.ok) return;
  // Ours, if storage has done it and only its answer was lost.
  const there = await runs.get(RUNS, runKey(audit));
  if (!isDeepStrictEqual(there?.value, audit)) throw new Conflict(`there is an audit ${audit.id} already`);
}

/** The timer's audit: goes on with what has not ended, and begins a new one only if that does not cover everything. @throws NotYet if somebody else does the same */
export function startScheduled(run: Run, { why }: Pick<WorkItem, "why">): Promise<AuditRun> {
  return withLease(run, "audits", async () => {
    const scopes = await listScopes(run);
    let going: AuditRun | undefined;
    for (const audit of await listRunning(run)) {
      if (isOverdue(run, audit)) await close(run, audit);
      else if (await covers(run, audit, scopes)) going = audit;
    }
    return going ?? startAudit(run, { who: SYSTEM, why });
  });
}

/**
 * Goes on with it, and tells whether it has all those scopes. One that a timer before was beginning is begun by this one, which has its
 * lease; one that a person is beginning is left alone.
 */
async function covers(run: Run, audit: AuditRun, scopes: readonly string[]): Promise<boolean> {
  const { id, who, scopeCount } = audit;
  if (scopeCount === undefined && who !== SYSTEM) return false;
  if (scopeCount === undefined) await giveScopes(run, id, scopes);
  const own = new Set((await resume(run, audit)).map(({ scope }) => scope));
  return scopes.every((scope) => own.has(scope));
}

function isOverdue(run: Run, { startedAtUtc, scopeCount, who }: AuditRun): boolean {
  const isUnbegun = scopeCount === undefined && who !== SYSTEM;
  const minutes = isUnbegun ? UNBEGUN_MINUTES : TOO_OLD_HOURS * 60;
  return Date.parse(startedAtUtc) < run.now().getTime() - minutes * MINUTE;
}

async function listRunning(run: Run): Promise<AuditRun[]> {
  const running: AuditRun[] = [];
  for await (const { value } of run.ports.tables.runs.list(RUNS))
    if (value.state === "running") running.push(value);
  return running;
}

/** Sends a message for each scope that has not ended; those that were lost, or never sent, do no harm twice. Gives them all. */
async function resume(run: Run, audit: AuditRun): Promise<ScopeProgress[]> {
  const scopes = await listProgress(run, audit.id);
  const unfinished = scopes.filter((scope) => !isOver(scope));
  await mapAtMost(SENT_AT_ONCE, unfinished, ({ scope }) => send(run, audit, scope));
  // A worker may have died between the last scope and the end.
  if (unfinished.length === 0) await finishAudit(run, audit.id);
  return scopes;
}

async function send(run: Run, { id, why }: AuditRun, scope: string): Promise<void> {
  const seenAtUtc = run.now().toISOString();
  await run.ports.queue.send("drift", {
    what: "scope",
    id: `${id} ${scope}`,
    why,
    seenAtUtc,
    correlationId: id,
  });
}

/** Ends a run that never would; what its scopes found stays. */
async function close(run: Run, audit: AuditRun): Promise<void> {
  const why =
    audit.scopeCount === undefined ? "was never begun whole" : `did not end within ${TOO_OLD_HOURS} hours`;
  await changeEveryProgress(run, audit, (row) =>
    isOver(row) ? undefined : { why, ...row, state: "failed" },
  );
  // Whoever began it may have died before all of its scopes had rows.
  const { length: scopeCount } = await listProgress(run, audit.id);
  await changeRun(run, audit.id, (one) => ({ ...one, scopeCount }));
  await finishAudit(run, audit.id);
}
