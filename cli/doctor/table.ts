import { styleText } from "node:util";
import { wrap } from "../../shared/audit/report/wrap.ts";
import { inert } from "../../shared/core/inert.ts";
import type { DoctorReport, Line, State } from "../../shared/doctor/report.ts";
import { width } from "../audit/output.ts";

const MARKS = { ok: "✓ ok", warn: "! warn", fail: "✖ fail", skipped: "- skipped" } as const;
const COLOURS = { ok: "green", warn: "yellow", fail: "red", skipped: "dim" } as const;
const MARK_WIDTH = 11;

/** Of a check on more things than these, what is well is one line. */
const MANY = 10;

/** A line for each that was checked, what to do below it, and a count. */
export function printReport({ lines, counts }: DoctorReport): void {
  for (const group of Map.groupBy(lines, ({ check }) => check).values())
    for (const line of gathered(group)) printLine(line);
  const { ok, warn, fail, skipped } = counts;
  console.log(`\n${ok} ok, ${warn} to look at, ${fail} failed, ${skipped} skipped`);
}

function gathered(lines: readonly Line[]): Line[] {
  const well = lines.filter(({ state }) => state === "ok");
  const [first] = well;
  if (!first || well.length <= MANY) return [...lines];
  const rest = lines.filter(({ state }) => state !== "ok");
  return [
    { check: first.check, state: "ok", message: `${well.length} of ${lines.length} are well` },
    ...rest,
  ];
}

function printLine({ state, check, about, message, advice }: Line): void {
  const what = [check, ...(about === undefined ? [] : [about])].join(" ");
  const indent = " ".repeat(MARK_WIDTH);
  const [first = "", ...rest] = wrap(inert(`${what}: ${message}`), width() - MARK_WIDTH);
  console.log(`${paint(state)}${first}`);
  for (const line of rest) console.log(`${indent}${line}`);
  if (advice === undefined) return;
  // A command must stay in one line, to be copied.
  console.log(`${indent}${styleText("dim", `→ ${inert(advice)}`, { stream: process.stdout })}`);
}

function paint(state: State): string {
  return styleText(COLOURS[state], MARKS[state].padEnd(MARK_WIDTH), { stream: process.stdout });
}
