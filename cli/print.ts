import type { Command } from "commander";
import { stringify } from "yaml";

/** Prints rows as `-o` says: a table with the columns, or everything as JSON or YAML. */
export function print<T extends object>(
  command: Command,
  rows: readonly T[],
  columns: Readonly<Record<string, (row: T) => string>>,
): void {
  if (isData(command)) return printData(command, rows);
  if (rows.length === 0) return console.log("Nothing found.");
  const titles = Object.keys(columns).map((title) => title.toUpperCase());
  const lines = [titles, ...rows.map((row) => Object.values(columns).map((column) => column(row)))];
  const widths = titles.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? "").length)));
  for (const line of lines)
    console.log(
      line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join("   ")
        .trimEnd(),
    );
}

export function printData(command: Command, value: unknown): void {
  // Through JSON, so that both say the same of what is absent.
  const text = JSON.stringify(value, undefined, 2);
  console.log(isJson(command) ? text : stringify(JSON.parse(text)).trimEnd());
}

/** True if a program reads the output. */
export function isData(command: Command): boolean {
  return isJson(command) || outputOf(command) === "yaml";
}

export function isJson(command: Command): boolean {
  return outputOf(command) === "json";
}

function outputOf(command: Command): unknown {
  return command.optsWithGlobals()["output"];
}
