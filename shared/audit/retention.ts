/** Removes expired data at the end of a run, so that the tables stay bounded. */
import { removeExpiredRefusals } from "../admission/refusalStore.ts";
import type { Run } from "../ports/ports.ts";
import { backwards } from "../storage/backwards.ts";
import type { Row } from "../ports/table.ts";
import { removeRows, writeRows } from "../storage/writeRows.ts";
import type { AuditRun } from "./auditRun.ts";
import type { Finding } from "../findings/finding.ts";
import { FINDINGS } from "../findings/findingStore.ts";
import { RUNS } from "./runStore.ts";
import { TRENDS } from "./trend.ts";

const RUN_DAYS = 30;
const RESOLVED_DAYS = 90;
const TREND_DAYS = 400;
const DAY = 86_400_000;

/** @param findings rows as last read */
export async function removeExpired(run: Run, findings: readonly Row<Finding>[]): Promise<void> {
  const resolvedBefore = daysAgo(run, RESOLVED_DAYS);
  const resolved = findings.filter(({ value }) => (value.resolvedAtUtc ?? "9") < resolvedBefore);
  // The finding may reopen at the same time: remove only the version that was read.
  const removals = resolved.map(({ key, version }) => ({ do: "remove", key, version }) as const);
  await writeRows(run.ports.tables.findings, FINDINGS, removals);
  const to = daysAgo(run, TREND_DAYS).slice(0, 10);
  await removeRows(
    run.ports.tables.trends,
    TRENDS,
    await Array.fromAsync(run.ports.tables.trends.list(TRENDS, { to })),
  );
  await removeExpiredRefusals(run);
  await removeExpiredRuns(run);
}

/** Once a day: the remaining runs must be read, because runs share stored findings. */
async function removeExpiredRuns(run: Run): Promise<void> {
  const { runs, progress } = run.ports.tables;
  if (!(await hasRunsBefore(run, daysAgo(run, RUN_DAYS + 1)))) return;
  const since = backwards(daysAgo(run, RUN_DAYS));
  const kept = await Array.fromAsync(runs.list(RUNS, { to: since }));
  const old = await Array.fromAsync(runs.list(RUNS, { from: since }));
  const shared = new Set(kept.map(({ value }) => value.findingsState));
  for (const { value } of old) {
    await removeRows(progress, value.id, await Array.fromAsync(progress.list(value.id)));
    if (value.findingsState !== undefined && !shared.has(value.findingsState))
      await run.ports.states.remove(value.findingsState);
  }
  await removeRows<AuditRun>(runs, RUNS, old);
}

async function hasRunsBefore(run: Run, utc: string): Promise<boolean> {
  for await (const _ of run.ports.tables.runs.list(RUNS, { from: backwards(utc) })) return true;
  return false;
}

function daysAgo(run: Run, days: number): string {
  return new Date(run.now().getTime() - days * DAY).toISOString();
}
