import { styleText } from "node:util";
import { wrap } from "../../shared/audit/report/wrap.ts";
import { inert } from "../../shared/core/inert.ts";
import type { DoctorReport, Line, State } from "../../shared/doctor/report.ts";
import { width } from "../audit/output.ts";

const MARKS = { ok: "✓ ok", warning: "! warning", fail: "✖ fail", skipped: "- skipped" } as const;
const COLOURS = { ok: "green", warning: "yellow", fail: "red", skipped: "dim" } as const;
const MARK_WIDTH = 11;

/** Passed lines of a check with more subjects than this are summarized. */
const MANY = 10;

/** Prints one line per result, with its advice below, and the counts. */
export function printReport({ lines, counts }: DoctorReport): void {
  for (const group of Map.groupBy(lines, ({ check }) => check).values())
    for (const line of gathered(group)) printLine(line);
  const { ok, warning, fail, skipped } = counts;
  console.log(
    `\n${ok} ok, ${warning} ${warning === 1 ? "warning" : "warnings"}, ${fail} failed, ${skipped} skipped`,
  );
}

function gathered(lines: readonly Line[]): Line[] {
  const passed = lines.filter(({ state }) => state === "ok");
  const [first] = passed;
  if (!first || passed.length <= MANY) return [...lines];
  const rest = lines.filter(({ state }) => state !== "ok");
  return [
    { check: first.check, state: "ok", message: `${passed.length} of ${lines.length} checks passed` },
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
  // Not wrapped, so that commands can be copied.
  console.log(`${indent}${styleText("dim", `→ ${inert(advice)}`, { stream: process.stdout })}`);
}

function paint(state: State): string {
  return styleText(COLOURS[state], MARKS[state].padEnd(MARK_WIDTH), { stream: process.stdout });
}
