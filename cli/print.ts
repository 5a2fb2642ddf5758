import type { Command } from "commander";

/** Prints rows as `-o` says: a table with the columns, or everything as JSON. */
export function print<T extends object>(
  command: Command,
  rows: readonly T[],
  columns: Readonly<Record<string, (row: T) => string>>,
): void {
  if (isJson(command)) return console.log(JSON.stringify(rows, undefined, 2));
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

export function isJson(command: Command): boolean {
  return command.optsWithGlobals()["output"] === "json";
}
