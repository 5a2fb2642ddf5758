import type { Command } from "commander";
import { inert, inertJson } from "../shared/core/inert.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import { inertYaml } from "./inertYaml.ts";
import { tableLines } from "./table.ts";

/** Prints rows in the format of `-o`: a table with these columns, cut to the terminal unless `wide`, or all data as JSON or YAML. */
export function print<T extends object>(
  command: Command,
  rows: readonly T[],
  columns: Readonly<Record<string, (row: T) => string>>,
): void {
  if (isData(command)) return printData(command, rows);
  if (rows.length === 0) return console.log("Nothing found.");
  const titles = Object.keys(columns).map((title) => title.toUpperCase());
  const cells = rows.map((row) => Object.values(columns).map((column) => inert(column(row))));
  // Cells are not cut in a pipe, nor in a wide table.
  const width = process.stdout.isTTY && !isWide(command) ? process.stdout.columns : undefined;
  for (const line of tableLines(titles, cells, width)) console.log(line);
}

export function printData(command: Command, value: unknown): void {
  // Through JSON, so that YAML omits the same absent values.
  const text = inertJson(value, 2);
  console.log(isJson(command) ? text : inertYaml(JSON.parse(text)));
}

/** True for JSON and YAML. */
export function isData(command: Command): boolean {
  return isJson(command) || outputOf(command) === "yaml";
}

export function isJson(command: Command): boolean {
  return outputOf(command) === "json";
}

/** True if all columns are requested, regardless of the width of the terminal. */
export function isWide(command: Command): boolean {
  return outputOf(command) === "wide";
}

const OUTPUTS = ["table", "wide", "json", "yaml"];

/** @throws InvalidInput for an unknown format */
function outputOf(command: Command): string {
  const { output = "table" } = command.optsWithGlobals<{ output?: string }>();
  if (OUTPUTS.includes(output)) return output;
  throw new InvalidInput(`--output ${output}: unknown format; use ${OUTPUTS.join(", ")}`);
}
