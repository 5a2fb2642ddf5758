/** How full a subnet is, in numbers and lines. Pure. */
import type { Subnet } from "../../../api/model.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** 0 to 100; a subnet without usable addresses is full. */
export function percentUsed({ used, usable }: Pick<Subnet, "used" | "usable">): number {
  return usable === 0 ? 100 : Math.min(100, (used / usable) * 100);
}

/** 99.96 is not 100: only what is full says so, and only what is empty says 0. */
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

/** Addresses on a straight scale into a box, oldest at the left, the most at the top. */
export function linePoints(
  values: readonly number[],
  most: number,
  box: { width: number; height: number },
): Point[] {
  const step = box.width / Math.max(1, values.length - 1);
  const scale = most <= 0 ? 0 : box.height / most;
  return values.map((value, index) => ({ x: index * step, y: box.height - Math.min(value, most) * scale }));
}

/** As the `d` of an SVG path; empty without points. */
export function linePath(points: readonly Point[]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Whole days from one date to a later one. */
export function daysBetween(fromDate: string, toDate: string): number {
  return Math.round((Date.parse(toDate) - Date.parse(fromDate)) / 86_400_000);
}
