/**
 * Ends a run when its last scope has: counts, the day's trend, the findings as they are, news for others, and what is old goes. Two
 * workers may come here at once, and one may die here: everything is written under names and values that do not depend on who writes.
 */
import { enqueueOnce } from "../events/coalesce.ts";
import type { Run } from "../ports.ts";
import { writeRows } from "../storage/writeRows.ts";
import type { AuditRun, RunState, ScopeProgress } from "./auditRun.ts";
import { countBySeverity } from "./countBySeverity.ts";
import { isThere, stateOf, type Finding } from "./finding.ts";
import { FINDINGS } from "./findingStore.ts";
import { unseen } from "./life.ts";
import { difference } from "./record.ts";
import { forgetOld } from "./retention.ts";
import { changeRun, findRunRow, isSettled, listProgress } from "./runStore.ts";
import { listScopes } from "./scopes.ts";
import { saveFindings } from "./findingsState.ts";
import { recordTrend } from "./trend.ts";

/** Does nothing while a scope has not ended, and once the run has. */
export async function finishAudit(run: Run, id: string): Promise<void> {
  const [row, scopes] = await Promise.all([findRunRow(run, id), listProgress(run, id)]);
  if (row?.value.state !== "running") return;
  if (scopes.length < row.value.scopes.length || !scopes.every(isSettled)) return;
  const nowUtc = run.now().toISOString();
  const vanished = await resolveVanished(run, id, nowUtc);
  const findings = await Array.fromAsync(run.ports.tables.findings.list(FINDINGS));
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
  await forgetOld(run, findings);
  run.log.info("audit ended", {
    id,
    state: finished?.state,
    appeared: ending.appeared,
    resolved: ending.resolved,
  });
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
  return scopes.some(({ state }) => state === "failed") ? "failed" : "done";
}

/** Findings of scopes that are no more: subscriptions that are not watched any longer, virtual networks that are gone. */
async function resolveVanished(run: Run, runId: string, atUtc: string): Promise<number> {
  const scopes = new Set(await listScopes(run));
  const rows = await Array.fromAsync(run.ports.tables.findings.list(FINDINGS));
  const vanished = rows.filter(({ value }) => !scopes.has(value.scope));
  const resolved = vanished.map((row) => ({ row, value: unseen(row.value, { runId, atUtc }) }));
  await writeRows(
    run.ports.tables.findings,
    FINDINGS,
    resolved.flatMap(({ row, value }) => difference(row.key, row, value) ?? []),
  );
  return resolved.filter(({ value }) => value?.changed?.runId === runId).length;
}

/** One message for each of those who want to know; before the run has ended, so that none is lost. */
async function tellOthers(run: Run, id: string): Promise<void> {
  for (const { name } of run.ports.notices)
    await enqueueOnce(run, { queue: "notices", what: name, id }, { why: "audit ended", correlationId: id });
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
