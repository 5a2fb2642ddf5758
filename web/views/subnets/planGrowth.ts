/** The chart of how a subnet fills: what was, and where the present rate leads. Pure. */
import type { Subnet } from "../../../api/model.ts";
import { daysBetween, type Point } from "./usage.ts";

/** Further ahead a rate of thirty days says nothing. */
const FARTHEST_DAYS = 120;
const LEAST_DAYS = 14;

export interface GrowthChart {
  readonly past: readonly Point[];
  /** From the last known day on; empty without a forecast. */
  readonly ahead: readonly Point[];
  /** Height of the line that says full. */
  readonly fullY: number;
  readonly firstDate: string;
  readonly lastDate: string;
  readonly todayX: number;
}

interface Box {
  readonly width: number;
  readonly height: number;
}

/** `undefined` with fewer than two days known. */
export function planGrowth(
  { history, usable, forecast }: Subnet,
  { width, height }: Box,
): GrowthChart | undefined {
  const [first, last] = [history[0], history.at(-1)];
  if (!first || !last || history.length < 2) return undefined;
  const known = daysBetween(first.date, last.date);
  const toFull = forecast?.fullOn === undefined ? LEAST_DAYS : daysBetween(last.date, forecast.fullOn);
  const ahead = forecast ? Math.max(1, Math.min(FARTHEST_DAYS, toFull + 1)) : 0;
  const most = Math.max(usable, ...history.map(({ used }) => used), 1) * 1.1;
  const at = (days: number, used: number): Point => ({
    x: (days / (known + ahead)) * width,
    y: height - (Math.max(0, Math.min(used, most)) / most) * height,
  });
  const past = history.map(({ date, used }) => at(daysBetween(first.date, date), used));
  const end = at(known + ahead, last.used + (forecast?.perDay ?? 0) * ahead);
  return {
    past,
    ahead: forecast ? [at(known, last.used), end] : [],
    fullY: at(0, usable).y,
    firstDate: first.date,
    lastDate: addDays(last.date, ahead),
    todayX: at(known, 0).x,
  };
}

function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}
