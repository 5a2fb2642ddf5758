import type { Command } from "commander";
import type { TrendRow } from "../../shared/audit/auditRun.ts";
import { listChecks } from "../../shared/audit/checks.ts";
import { listTrend } from "../../shared/audit/trend.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { unknownName } from "../../shared/core/filters.ts";
import { open } from "../open.ts";
import { isData, print, printData } from "../print.ts";
import { sparkline } from "./sparkline.ts";
import { wholeNumber } from "./wholeNumber.ts";

interface Options {
  readonly days: string;
  readonly check?: string;
}

const MOST_DAYS = 400;
const BAR = 40;

/** One line per check, or one bar per day for a single check. */
export async function trend({ days, check }: Options, command: Command): Promise<void> {
  const [span, asData] = [wholeNumber("--days", days, MOST_DAYS), isData(command)];
  const run = await open();
  const rows = await listTrend(run, span);
  if (check !== undefined) return oneCheck(command, rows, check);
  if (asData) return printData(command, rows);
  print(command, series(rows), {
    series: ({ name }) => name,
    trend: ({ counts }) => sparkline(counts),
    first: ({ counts }) => String(counts[0] ?? 0),
    max: ({ counts }) => String(Math.max(...counts)),
    now: ({ counts }) => String(counts.at(-1) ?? 0),
  });
  const [first, last] = [rows[0], rows.at(-1)];
  if (first && last)
    console.log(
      `${rows.length} ${rows.length === 1 ? "day" : "days"} with audits, ${first.date} to ${last.date}.`,
    );
}

interface Series {
  readonly name: string;
  readonly counts: readonly number[];
}

/** By severity, then by check, most findings first. */
function series(rows: readonly TrendRow[]): Series[] {
  if (rows.length === 0) return [];
  const severities = [
    { name: "errors", counts: rows.map(({ counts }) => counts.error) },
    { name: "warnings", counts: rows.map(({ counts }) => counts.warning) },
    { name: "info", counts: rows.map(({ counts }) => counts.info) },
  ];
  const checks = [...new Set(rows.flatMap(({ byCheck }) => Object.keys(byCheck)))].map((name) => ({
    name,
    counts: rows.map(({ byCheck }) => byCheck[name] ?? 0),
  }));
  const now = ({ counts }: Series) => counts.at(-1) ?? 0;
  return [...severities, ...checks.toSorted((a, b) => now(b) - now(a) || (a.name < b.name ? -1 : 1))];
}

/** @throws InvalidInput if the check does not exist */
function oneCheck(command: Command, rows: readonly TrendRow[], check: string): void {
  const valid = [...listChecks().map(({ id }) => id), ...rows.flatMap(({ byCheck }) => Object.keys(byCheck))];
  const problem = unknownName(check, "check", valid);
  if (problem !== undefined) throw new InvalidInput(`--check ${check}: ${problem}`);
  const days = rows.map(({ date, byCheck }) => ({ date, open: byCheck[check] ?? 0 }));
  const most = Math.max(1, ...days.map(({ open }) => open));
  print(command, days, {
    date: ({ date }) => date,
    open: ({ open }) => String(open),
    "": ({ open }) => "█".repeat(Math.ceil((open / most) * BAR)),
  });
}
