/** Starts an audit: writes its row and a row for each scope, then enqueues a message for each scope. */
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
  /** `system`, or the operator who starts it. */
  readonly who: string;
  readonly why: string;
  /** Scopes or clusters; absent: everything. */
  readonly only?: readonly string[];
}

const SENT_AT_ONCE = 16;

/** A run that has not ended by then is closed: its messages are lost, or it keeps failing. */
const TOO_OLD_HOURS = 3;
/** A writer that has not written all rows of the scopes by then has crashed. */
const STARTING_MINUTES = 10;
const MINUTE = 60_000;

/** Creates an audit and enqueues its scopes. @throws InvalidInput if `only` contains unknown values */
export async function startAudit(run: Run, asked: Asked): Promise<AuditRun> {
  const audit = await createAudit(run, asked);
  await resume(run, audit);
  return audit;
}

/** Creates an audit without enqueuing it. @throws InvalidInput if `only` contains unknown values · Conflict */
export async function createAudit(run: Run, { who, why, only }: Asked): Promise<AuditRun> {
  const scopes = await chooseScopes(run, only);
  const startedAtUtc = run.now().toISOString();
  const audit: AuditRun = { id: newRunId(run, startedAtUtc), startedAtUtc, state: "running", who, why };
  await insertRun(run, audit);
  const started = await addScopes(run, audit.id, scopes);
  run.log.info("audit started", { audit: started.id, scopes: scopes.length });
  return started;
}

/** @throws Conflict if the run has ended */
async function addScopes(run: Run, id: string, scopes: readonly string[]): Promise<AuditRun> {
  await addProgress(run, id, scopes);
  const audit = await changeRun(run, id, (one) => ({ ...one, scopeCount: scopes.length }));
  if (audit?.state === "running") return audit;
  throw new Conflict(`audit ${id} was ended by another process before it started`);
}

/** @throws Conflict if another run has this id */
async function insertRun(run: Run, audit: AuditRun): Promise<void> {
  const { runs } = run.ports.tables;
  const written = await runs.transact(RUNS, [{ do: "insert", key: runKey(audit), value: audit }]);
  if (written.ok) return;
  // The row is ours if storage wrote it and only the response was lost.
  const stored = await runs.get(RUNS, runKey(audit));
  if (!isDeepStrictEqual(stored?.value, audit)) throw new Conflict(`audit ${audit.id} already exists`);
}

/** Audit of the timer: resumes running audits, and starts a new one only if none covers every scope. @throws NotYet if another process does the same */
export function startScheduled(run: Run, { why }: Pick<WorkItem, "why">): Promise<AuditRun> {
  return withLease(run, "audits", async () => {
    const scopes = await listScopes(run);
    let resumed: AuditRun | undefined;
    for (const audit of await listRunning(run)) {
      if (isOverdue(run, audit)) await close(run, audit);
      else if (await covers(run, audit, scopes)) resumed = audit;
    }
    return resumed ?? startAudit(run, { who: SYSTEM, why });
  });
}

/**
 * Resumes the audit; true if it covers all these scopes. Completes the start of one that an earlier timer did not finish, under the
 * lease of the timer. Does not touch one that an operator is starting.
 */
async function covers(run: Run, audit: AuditRun, scopes: readonly string[]): Promise<boolean> {
  const { id, who, scopeCount } = audit;
  if (scopeCount === undefined && who !== SYSTEM) return false;
  if (scopeCount === undefined) await addScopes(run, id, scopes);
  const own = new Set((await resume(run, audit)).map(({ scope }) => scope));
  return scopes.every((scope) => own.has(scope));
}

function isOverdue(run: Run, { startedAtUtc, scopeCount, who }: AuditRun): boolean {
  const isStarting = scopeCount === undefined && who !== SYSTEM;
  const minutes = isStarting ? STARTING_MINUTES : TOO_OLD_HOURS * 60;
  return Date.parse(startedAtUtc) < run.now().getTime() - minutes * MINUTE;
}

async function listRunning(run: Run): Promise<AuditRun[]> {
  const running: AuditRun[] = [];
  for await (const { value } of run.ports.tables.runs.list(RUNS))
    if (value.state === "running") running.push(value);
  return running;
}

/** Enqueues a message for each unfinished scope; duplicates are harmless. Returns all scopes. */
async function resume(run: Run, audit: AuditRun): Promise<ScopeProgress[]> {
  const scopes = await listProgress(run, audit.id);
  const unfinished = scopes.filter((scope) => !isOver(scope));
  await mapAtMost(SENT_AT_ONCE, unfinished, ({ scope }) => send(run, audit, scope));
  // A worker may have crashed between the last scope and the end of the run.
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

/** Closes an overdue run; the findings of its completed scopes are kept. */
async function close(run: Run, audit: AuditRun): Promise<void> {
  const why =
    audit.scopeCount === undefined
      ? "was never started completely"
      : `did not end within ${TOO_OLD_HOURS} hours`;
  await changeEveryProgress(run, audit, (row) =>
    isOver(row) ? undefined : { why, ...row, state: "failed" },
  );
  // The process that started it may have crashed before all its scopes had rows.
  const { length: scopeCount } = await listProgress(run, audit.id);
  await changeRun(run, audit.id, (one) => ({ ...one, scopeCount }));
  await finishAudit(run, audit.id);
}
