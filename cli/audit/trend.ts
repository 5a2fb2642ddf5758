import type { Command } from "commander";
import type { TrendDay } from "../../api/model.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { unknownName } from "../../shared/core/filters.ts";
import { openApi } from "../api/open.ts";
import type { Api } from "../api/operations.ts";
import { isData, print, printData } from "../print.ts";
import { sparkline } from "./sparkline.ts";
import { wholeNumber } from "./wholeNumber.ts";

interface Options {
  readonly days: string;
  readonly check?: string;
}

const MOST_DAYS = 366;
const BAR = 40;

/** One line per check, or one bar per day for a single check. */
export async function trend({ days, check }: Options, command: Command): Promise<void> {
  const [span, asData] = [wholeNumber("--days", days, MOST_DAYS), isData(command)];
  const api = await openApi(command);
  const rows = (await api.call("getTrend", { query: { days: String(span) } })).items;
  if (check !== undefined) return oneCheck(command, rows, await demandCheck(api, rows, check));
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
function series(rows: readonly TrendDay[]): Series[] {
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

/** Active, or one that had findings. @throws InvalidInput if there is no such check */
async function demandCheck(api: Api, rows: readonly TrendDay[], check: string): Promise<string> {
  const active = (await api.call("listChecks", {})).items.map(({ id }) => id);
  const problem = unknownName(check, "check", [
    ...active,
    ...rows.flatMap(({ byCheck }) => Object.keys(byCheck)),
  ]);
  if (problem !== undefined) throw new InvalidInput(`--check ${check}: ${problem}`);
  return check;
}

function oneCheck(command: Command, rows: readonly TrendDay[], check: string): void {
  const days = rows.map(({ date, byCheck }) => ({ date, open: byCheck[check] ?? 0 }));
  const most = Math.max(1, ...days.map(({ open }) => open));
  print(command, days, {
    date: ({ date }) => date,
    open: ({ open }) => String(open),
    "": ({ open }) => "█".repeat(Math.ceil((open / most) * BAR)),
  });
}
