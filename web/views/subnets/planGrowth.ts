/** The chart of the usage history and of the forecast at the current rate. Pure. */
import type { Subnet } from "../../../api/model.ts";
import { daysBetween, type Point } from "./usage.ts";

/** Further ahead a rate from 30 days means little. */
const FARTHEST_DAYS = 120;
const LEAST_DAYS = 14;

export interface GrowthChart {
  readonly past: readonly Point[];
  /** From the last day on; empty without a forecast. */
  readonly ahead: readonly Point[];
  /** Height of the line that marks the usable addresses. */
  readonly fullY: number;
  readonly firstDate: string;
  readonly lastDate: string;
  readonly todayX: number;
}

interface Box {
  readonly width: number;
  readonly height: number;
}

/** `undefined` with less than two days of history. */
export function planGrowth(
  { history, usable, forecast }: Subnet,
  { width, height }: Box,
): GrowthChart | undefined {
  const [first, last] = [history[0], history.at(-1)];
  if (!first || !last || history.length < 2) return undefined;
  const recorded = daysBetween(first.date, last.date);
  const toFull = forecast?.fullOn === undefined ? LEAST_DAYS : daysBetween(last.date, forecast.fullOn);
  const ahead = forecast ? Math.max(1, Math.min(FARTHEST_DAYS, toFull + 1)) : 0;
  const most = Math.max(usable, ...history.map(({ used }) => used), 1) * 1.1;
  const at = (days: number, used: number): Point => ({
    x: (days / (recorded + ahead)) * width,
    y: height - (Math.max(0, Math.min(used, most)) / most) * height,
  });
  const past = history.map(({ date, used }) => at(daysBetween(first.date, date), used));
  const end = at(recorded + ahead, last.used + (forecast?.perDay ?? 0) * ahead);
  return {
    past,
    ahead: forecast ? [at(recorded, last.used), end] : [],
    fullY: at(0, usable).y,
    firstDate: first.date,
    lastDate: addDays(last.date, ahead),
    todayX: at(recorded, 0).x,
  };
}

function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}
