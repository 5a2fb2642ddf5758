import type { Orphan } from "../../../api/model.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `6 days 4 hours`, `12 minutes 5 seconds`, `over`: the two largest units, rounded down. */
export function timeLeft(untilUtc: string, nowMilliseconds: number): string {
  const left = Date.parse(untilUtc) - nowMilliseconds;
  if (left <= 0) return "over";
  if (left >= DAY) return both([left, DAY, "day"], [left % DAY, HOUR, "hour"]);
  if (left >= HOUR) return both([left, HOUR, "hour"], [left % HOUR, MINUTE, "minute"]);
  return both([left, MINUTE, "minute"], [left % MINUTE, SECOND, "second"]);
}

/** What is left of the grace period. It begins with the first list of the cluster after the resource was quarantined. */
export function remaining(
  { deleteAfterUtc, awaitsFirstReport }: NonNullable<Orphan["quarantine"]>,
  nowMilliseconds: number,
): string {
  const left = timeLeft(deleteAfterUtc, nowMilliseconds);
  if (awaitsFirstReport) return left === "over" ? "Waiting for a list of the cluster" : `At least ${left}`;
  return left === "over" ? "Grace period over" : left;
}

/** Elapsed share of the grace period, 0 to 1. */
export function shareOver(sinceUtc: string, untilUtc: string, nowMilliseconds: number): number {
  const total = Date.parse(untilUtc) - Date.parse(sinceUtc);
  if (total <= 0) return 1;
  return Math.min(1, Math.max(0, (nowMilliseconds - Date.parse(sinceUtc)) / total));
}

type Part = readonly [milliseconds: number, unit: number, name: string];

function both(...parts: readonly Part[]): string {
  const counted = parts.map(([left, unit, name]) => [Math.floor(left / unit), name] as const);
  const words = counted
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${count} ${name}${plural(count)}`);
  return words.length > 0 ? words.join(" ") : "less than a second";
}

function plural(count: number): string {
  return count === 1 ? "" : "s";
}
