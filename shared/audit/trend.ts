/** Open findings at the end of each day. Partition `all`; key = date. */
import { isDeepStrictEqual } from "node:util";
import type { Run } from "../ports/ports.ts";
import type { TrendRow } from "./auditRun.ts";
import { countBySeverity } from "./countBySeverity.ts";
import type { Finding } from "../findings/finding.ts";

export const TRENDS = "all";
const DAY = 86_400_000;

/** The last audit of a day counts; nothing is written if the counts did not change. */
export async function recordTrend(run: Run, nowUtc: string, open: readonly Finding[]): Promise<void> {
  const date = nowUtc.slice(0, 10);
  const byCheck = Object.fromEntries(
    [...Map.groupBy(open, ({ check }) => check)]
      .map(([check, findings]) => [check, findings.length] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  const value: TrendRow = { date, counts: countBySeverity(open), byCheck };
  const row = await run.ports.tables.trends.get(TRENDS, date);
  if (row && isDeepStrictEqual(row.value, value)) return;
  await run.ports.tables.trends.transact(TRENDS, [{ do: "put", key: date, value }]);
}

/** The last `days` days including today, oldest first; days without an audit are absent. */
export async function listTrend(run: Run, days: number): Promise<TrendRow[]> {
  const from = new Date(run.now().getTime() - (days - 1) * DAY).toISOString().slice(0, 10);
  const rows = await Array.fromAsync(run.ports.tables.trends.list(TRENDS, { from }));
  return rows.map(({ value }) => value);
}
