/** Figures as rows of text, for the terminal and for the page. */
import { isMet, ratioOf, type Aim, type Beside, type Figure, type Unit } from "./figures.ts";

export const HEADER = ["what", "ours", "floor", "peer", "ratio", "aim", ""] as const;

export function row(figure: Figure): string[] {
  const { name, unit, ours, floor, peer, aim } = figure;
  const met = isMet(figure);
  return [
    name,
    amount(ours, unit),
    beside(floor, unit),
    beside(peer, unit),
    ratioOf(figure)?.toFixed(2) ?? "",
    aim ? aimText(aim, unit) : "",
    met === undefined ? "" : met ? "met" : "missed",
  ];
}

function beside(other: Beside | undefined, unit: Unit): string {
  return other ? `${amount(other.value, unit)} (${other.what})` : "";
}

function aimText(aim: Aim, unit: Unit): string {
  if ("ratio" in aim) return `≤ ${aim.ratio}×`;
  return `${unit === "/s" ? "≥" : "≤"} ${amount(aim.value, unit)}`;
}

/** `1.23 ms`, `450/s`, `12,000 rows`. */
function amount(value: number, unit: Unit): string {
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 2 : 0;
  const number = value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return unit === "/s" ? `${number}${unit}` : `${number} ${unit}`;
}
