/**
 * Ends a run after its last scope: records counts, the trend of the day and the findings, requests notices, removes expired data. Two
 * workers may do this at the same time, or crash: names and values of what they write do not depend on the writer.
 */
import { SYSTEM } from "../changes/plan.ts";
import { keepOutcomes } from "../storage/recordOutcome.ts";
import type { Run } from "../ports/ports.ts";
import type { Row } from "../ports/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import type { AuditRun, RunState, ScopeProgress } from "./auditRun.ts";
import { countBySeverity } from "./countBySeverity.ts";
import { recordFindingMetrics } from "./findingMetrics.ts";
import { isUnresolved, stateOf, type Finding } from "../findings/finding.ts";
import { FINDINGS } from "../findings/findingStore.ts";
import { unseen } from "./lifecycle.ts";
import { difference } from "./record.ts";
import { removeExpired } from "./retention.ts";
import { changeRun, findRunRow, listProgress } from "./runStore.ts";
import { listScopes } from "./scopes.ts";
import { removeScopes } from "../findings/scopeStore.ts";
import { saveFindings } from "./findingsState.ts";
import { recordTrend } from "./trend.ts";
import { cacheUnsettledScope, hasUnsettledScope } from "./unsettledScope.ts";

/** The run has ended by then. */
const NOTICES_DELAY_SECONDS = 2;

/** Does nothing while a scope is unfinished or after the run has ended. */
export async function finishAudit(run: Run, id: string): Promise<void> {
  if (await hasUnsettledScope(run, id)) return;
  const scopes = await listProgress(run, id);
  if (cacheUnsettledScope(run, id, scopes)) return;
  const row = await findRunRow(run, id);
  if (!row || !mayEnd(row.value, scopes)) return;
  const nowUtc = run.now().toISOString();
  const { findings, vanished } = await readFindings(run, row.value, nowUtc);
  const ending = await end(
    run,
    { audit: row.value, scopes, nowUtc },
    findings.map(({ value }) => value),
  );
  await requestNotices(run, id);
  const finished = await changeRun(run, id, (audit) => ({
    ...audit,
    ...ending,
    state: endState(audit, scopes),
    resolved: ending.resolved + vanished,
  }));
  if (finished && finished.state !== "running")
    run.ports.metrics.record("mooring.audit.runs", 1, { outcome: finished.state });
  await removeExpired(run, findings);
  // An operator's settings may contain fewer subscriptions.
  if (row.value.who === SYSTEM) await removeUnwatched(run);
  run.log.info("audit ended", {
    id,
    state: finished?.state,
    appeared: ending.appeared,
    resolved: ending.resolved,
  });
}

async function removeUnwatched(run: Run): Promise<void> {
  const present = new Set(await listScopes(run));
  await removeScopes(run, present);
  await keepOutcomes(run, "audit", (scope) => present.has(scope));
}

/** False while the rows of its scopes are being written. */
function mayEnd({ state, scopeCount = Infinity }: AuditRun, scopes: readonly ScopeProgress[]): boolean {
  return state === "running" && scopes.length >= scopeCount;
}

interface Ended {
  readonly audit: AuditRun;
  readonly scopes: readonly ScopeProgress[];
  readonly nowUtc: string;
}

async function end(run: Run, { audit, scopes, nowUtc }: Ended, findings: readonly Finding[]) {
  const open = findings.filter((finding) => stateOf(finding, nowUtc) === "open");
  const counts = countBySeverity(open);
  await recordTrend(run, nowUtc, open);
  recordFindingMetrics(run, open);
  return {
    finishedAtUtc: nowUtc,
    counts,
    acknowledged: findings.filter((finding) => stateOf(finding, nowUtc) === "acknowledged").length,
    appeared: sum(scopes, ({ appeared = [], omitted = 0 }) => appeared.length + omitted),
    resolved: sum(scopes, ({ resolved = 0 }) => resolved),
    findingsState: await saveFindings(run, audit, findings.filter(isUnresolved)),
  };
}

function endState({ cancelledBy }: AuditRun, scopes: readonly ScopeProgress[]): RunState {
  if (cancelledBy !== undefined) return "cancelled";
  return scopes.length === 0 || scopes.some(({ state }) => state === "failed") ? "failed" : "done";
}

interface ReadFindings {
  readonly findings: readonly Row<Finding>[];
  /** How many were resolved because their scope no longer exists. */
  readonly vanished: number;
}

/**
 * All findings, after resolving those of subscriptions that are no longer watched and of deleted virtual networks. Only audits of the
 * app do that: an operator's settings may contain fewer subscriptions.
 */
async function readFindings(run: Run, audit: AuditRun, atUtc: string): Promise<ReadFindings> {
  const { findings: table } = run.ports.tables;
  const { id: runId, who } = audit;
  const scopes = new Set(await listScopes(run));
  const findings = await Array.fromAsync(table.list(FINDINGS));
  const vanished = who === SYSTEM ? findings.filter(({ value }) => !scopes.has(value.scope)) : [];
  const writes = vanished.flatMap(
    (row) => difference(row.key, row, unseen(row.value, { runId, atUtc })) ?? [],
  );
  if (writes.length > 0) {
    await writeRows(table, FINDINGS, writes);
    return readFindings(run, audit, atUtc);
  }
  const resolved = vanished.filter(({ value: { changed } }) => changed?.runId === runId);
  return { findings, vanished: resolved.length };
}

/**
 * Enqueues a message for each destination before the run ends, so that none is lost. A second worker that ends the run enqueues its own,
 * because the first one may have crashed: `sendNotices` sends once.
 */
async function requestNotices(run: Run, id: string): Promise<void> {
  const seenAtUtc = run.now().toISOString();
  const cause = { why: "audit ended", correlationId: id, seenAtUtc };
  for (const { name } of run.ports.notices)
    await run.ports.queue.send("notices", { what: name, id, ...cause }, NOTICES_DELAY_SECONDS);
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
