/** One table for the terminal; what would make it too wide is wrapped in its column. */
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";
import { HEADER } from "./rows.ts";

const WIDEST = 48;

/** Prints nothing if there are no rows. */
export function printTable(rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return;
  const lines = [["bench", ...HEADER], ...rows].flatMap(toLines);
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((line) => stringWidth(line[column] ?? ""))),
  );
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell + " ".repeat((widths?.[column] ?? 0) - stringWidth(cell)))
        .join("  ")
        .trimEnd(),
    );
}

/** As many lines as the tallest cell needs. */
function toLines(row: readonly string[]): string[][] {
  const cells = row.map((cell) => wrapAnsi(cell, WIDEST).split("\n"));
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) => cells.map((cell) => cell[line] ?? ""));
}
