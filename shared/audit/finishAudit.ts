/**
 * Ends a run when its last scope has: counts, the day's trend, the findings as they are, news for others, and what is old goes. Two
 * workers may come here at once, and one may die here: everything is written under names and values that do not depend on who writes.
 */
import { SYSTEM } from "../changes/plan.ts";
import { keepOutcomes } from "../storage/recordOutcome.ts";
import type { Run } from "../ports/ports.ts";
import type { Row } from "../ports/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import type { AuditRun, RunState, ScopeProgress } from "./auditRun.ts";
import { countBySeverity } from "./countBySeverity.ts";
import { recordFindings } from "./countFindings.ts";
import { isThere, stateOf, type Finding } from "../findings/finding.ts";
import { FINDINGS } from "../findings/findingStore.ts";
import { unseen } from "./life.ts";
import { difference } from "./record.ts";
import { forgetOld } from "./retention.ts";
import { changeRun, findRunRow, listProgress } from "./runStore.ts";
import { listScopes } from "./scopes.ts";
import { forgetScopes } from "../findings/scopeStore.ts";
import { saveFindings } from "./findingsState.ts";
import { recordTrend } from "./trend.ts";
import { findWitness, isWitnessed } from "./witness.ts";

/** By then the run has ended. */
const TOLD_AFTER_SECONDS = 2;

/** Does nothing while a scope has not ended, and once the run has. */
export async function finishAudit(run: Run, id: string): Promise<void> {
  if (await isWitnessed(run, id)) return;
  const scopes = await listProgress(run, id);
  if (findWitness(run, id, scopes)) return;
  const row = await findRunRow(run, id);
  if (!row || !mayEnd(row.value, scopes)) return;
  const nowUtc = run.now().toISOString();
  const { findings, vanished } = await readFindings(run, row.value, nowUtc);
  const ending = await end(
    run,
    { audit: row.value, scopes, nowUtc },
    findings.map(({ value }) => value),
  );
  await tellOthers(run, id);
  const finished = await changeRun(run, id, (audit) => ({
    ...audit,
    ...ending,
    state: endState(audit, scopes),
    resolved: ending.resolved + vanished,
  }));
  if (finished && finished.state !== "running")
    run.ports.metrics.record("mooring.audit.runs", 1, { outcome: finished.state });
  await forgetOld(run, findings);
  // Whoever audits by hand may have settings that name less.
  if (row.value.who === SYSTEM) await forgetUnwatched(run);
  run.log.info("audit ended", {
    id,
    state: finished?.state,
    appeared: ending.appeared,
    resolved: ending.resolved,
  });
}

async function forgetUnwatched(run: Run): Promise<void> {
  const present = new Set(await listScopes(run));
  await forgetScopes(run, present);
  await keepOutcomes(run, "audit", (scope) => present.has(scope));
}

/** Not while rows of its scopes are still being written. */
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
  recordFindings(run, open);
  return {
    finishedAtUtc: nowUtc,
    counts,
    acknowledged: findings.filter((finding) => stateOf(finding, nowUtc) === "acknowledged").length,
    appeared: sum(scopes, ({ appeared = [], untold = 0 }) => appeared.length + untold),
    resolved: sum(scopes, ({ resolved = 0 }) => resolved),
    findingsState: await saveFindings(run, audit, findings.filter(isThere)),
  };
}

function endState({ cancelledBy }: AuditRun, scopes: readonly ScopeProgress[]): RunState {
  if (cancelledBy !== undefined) return "cancelled";
  return scopes.length === 0 || scopes.some(({ state }) => state === "failed") ? "failed" : "done";
}

interface Known {
  readonly findings: readonly Row<Finding>[];
  /** How many were resolved since their scope is no more. */
  readonly vanished: number;
}

/**
 * All findings, after those of subscriptions that are not watched any longer and of virtual networks that are gone are resolved. Only the
 * app's own audits say so: whoever audits by hand may have settings that name less.
 */
async function readFindings(run: Run, audit: AuditRun, atUtc: string): Promise<Known> {
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
 * A message for each of those who want to know; before the run has ended, so that none is lost. Whoever else ends it sends his own, since
 * nobody can tell whether the other lived to do so: `tellNews` tells once.
 */
async function tellOthers(run: Run, id: string): Promise<void> {
  const seenAtUtc = run.now().toISOString();
  const said = { why: "audit ended", correlationId: id, seenAtUtc };
  for (const { name } of run.ports.notices)
    await run.ports.queue.send("notices", { what: name, id, ...said }, TOLD_AFTER_SECONDS);
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
