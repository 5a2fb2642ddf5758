/** Usage of a subnet in numbers and lines. Pure. */
import type { Subnet } from "../../../api/model.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** 0 to 100; a subnet without usable addresses is full. */
export function percentUsed({ used, usable }: Pick<Subnet, "used" | "usable">): number {
  return usable === 0 ? 100 : Math.min(100, (used / usable) * 100);
}

/** 99.96 is not shown as 100, and 0.04 not as 0: both ends are exact. */
export function percentText(subnet: Pick<Subnet, "used" | "usable">): string {
  const percent = percentUsed(subnet);
  if (percent > 0 && percent < 1) return "< 1 %";
  return `${percent < 100 ? Math.min(99, Math.round(percent)) : 100} %`;
}

export type Fullness = "good" | "warn" | "error";

export function fullnessOf(subnet: Pick<Subnet, "used" | "usable">): Fullness {
  const percent = percentUsed(subnet);
  return percent >= 95 ? "error" : percent >= 80 ? "warn" : "good";
}

/** Scales addresses linearly into a box, oldest on the left, highest usage on top. */
export function linePoints(
  values: readonly number[],
  most: number,
  box: { width: number; height: number },
): Point[] {
  const step = box.width / Math.max(1, values.length - 1);
  const scale = most <= 0 ? 0 : box.height / most;
  return values.map((value, index) => ({ x: index * step, y: box.height - Math.min(value, most) * scale }));
}

/** Value of `d` of an SVG path; empty without points. */
export function linePath(points: readonly Point[]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Full days from one date to a later one. */
export function daysBetween(fromDate: string, toDate: string): number {
  return Math.round((Date.parse(toDate) - Date.parse(fromDate)) / 86_400_000);
}
