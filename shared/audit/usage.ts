/**
 * Usage of subnets by day, and the forecast when they will be full. Written by the audit of a virtual network, one row per day and only
 * after a change: a day without a row had the usage of the day before.
 */
import { canonicalId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { writeRows } from "../storage/writeRows.ts";
import type { UsageRow } from "./auditRun.ts";

const DAY = 24 * 3_600_000;
const KEPT_DAYS = 400;
/** Fewer days are not enough for a forecast. */
const LEAST_DAYS = 3;
/** Forecasts beyond ten years are omitted. */
const FARTHEST_DAYS = 3650;

export interface Used {
  readonly subnetId: string;
  readonly used: number;
  readonly usable: number;
}

/** Records the maximum of today, and returns all rows of the subnet. */
export async function recordUsage(run: Run, { subnetId, used, usable }: Used): Promise<UsageRow[]> {
  const rows = await listUsage(run, subnetId);
  const date = run.now().toISOString().slice(0, 10);
  const last = rows.at(-1);
  const most = last?.date === date ? Math.max(last.used, used) : used;
  if (last && last.used === most && last.usable === usable) return rows;
  const row = { date, used: most, usable };
  const old = rows.filter((one) => one.date < dayBefore(date, KEPT_DAYS));
  await writeRows(run.ports.tables.usage, canonicalId(subnetId), [
    { do: "put", key: date, value: row },
    ...old.map((one) => ({ do: "remove", key: one.date }) as const),
  ]);
  return [...rows.filter((one) => one.date !== date), row];
}

/** Oldest first. */
export async function listUsage(run: Run, subnetId: string): Promise<UsageRow[]> {
  const rows = await Array.fromAsync(run.ports.tables.usage.list(canonicalId(subnetId)));
  return rows.map(({ value }) => value);
}

export interface Forecast {
  /** Growth in addresses per day; negative if usage decreases. */
  readonly perDay: number;
  /** The day on which no address is left; absent if it is not foreseeable. */
  readonly fullOn?: string;
  /** That day is within the number of days that the forecast is based on. */
  readonly isSoon: boolean;
}

/**
 * Linear regression (least squares). Pure. `undefined` with fewer than three days.
 * @param days number of days that it is based on
 */
export function forecast(rows: readonly UsageRow[], nowUtc: string, days = 30): Forecast | undefined {
  const today = nowUtc.slice(0, 10);
  const daily = usedByDay(rows, { from: dayBefore(today, days - 1), today });
  const last = rows.at(-1);
  if (!last || daily.length < LEAST_DAYS) return undefined;
  const perDay = slope(daily);
  const left = Math.max(last.usable - last.used, 0);
  if (left === 0) return { perDay, fullOn: today, isSoon: true };
  const inDays = perDay > 0 ? Math.ceil(left / perDay) : Number.POSITIVE_INFINITY;
  if (inDays > FARTHEST_DAYS) return { perDay, isSoon: false };
  return { perDay, fullOn: dayBefore(today, -inDays), isSoon: inDays <= days };
}

/** One value for each day from the first one with data. */
function usedByDay(
  rows: readonly UsageRow[],
  { from, today }: { readonly from: string; readonly today: string },
): number[] {
  const used: number[] = [];
  let current = rows.findLast(({ date }) => date < from)?.used;
  const byDate = new Map(rows.map((row) => [row.date, row.used]));
  for (let date = from; date <= today; date = dayBefore(date, -1)) {
    current = byDate.get(date) ?? current;
    if (current !== undefined) used.push(current);
  }
  return used;
}

function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [above, below] = values.reduce(
    ([above, below], value, at) => [
      above + (at - middle) * (value - mean),
      below + (at - middle) * (at - middle),
    ],
    [0, 0],
  );
  return above / below;
}

function dayBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * DAY).toISOString().slice(0, 10);
}
