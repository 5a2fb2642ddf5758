/** Lays out a table. In a terminal that is too narrow, cells are shortened so that rows stay distinguishable. Pure. */
const GAP = "  ";
const NARROWEST = 8;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d):\d\d(\.\d+)?Z/;
const DATE = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d/;
const TITLE = /^[A-Z -]+$/;

/** Lines with the titles first. Without `columns`, cells are complete. */
export function tableLines(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const all = [titles, ...rows];
  if (excess(widthsOf(all), columns) <= 0) return lay(all, widthsOf(all));
  const short = all.map((cells) => cells.map((cell) => cell.replace(TIME, "$1Z")));
  return lay(short, fit(widthsOf(short), columns));
}

function widthsOf([titles = [], ...rows]: readonly (readonly string[])[]): number[] {
  return titles.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
}

function excess(widths: readonly number[], columns: number): number {
  return widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - columns;
}

/** Narrows the widest columns until the row fits or all are narrow. The first one has the name, and is narrowed last. */
function fit([first = 0, ...widths]: readonly number[], columns: number): number[] {
  const others = [...widths];
  while (excess([first, ...others], columns) > 0) {
    const widest = others.indexOf(Math.max(...others));
    if ((others[widest] ?? 0) <= NARROWEST) break;
    others[widest] = (others[widest] ?? 0) - 1;
  }
  const left = excess([first, ...others], columns);
  return [left > 0 ? Math.max(Math.min(first, NARROWEST), first - left) : first, ...others];
}

function lay(lines: readonly (readonly string[])[], widths: readonly number[]): string[] {
  return lines.map((cells) =>
    cells
      .map((cell, index) => cut(cell, widths[index] ?? 0).padEnd(widths[index] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

/** Sentences and titles lose their end, times the time of day; names and ids lose their middle, because they begin alike. */
function cut(cell: string, width: number): string {
  if (cell.length <= width) return cell;
  const [, date] = DATE.exec(cell) ?? [];
  if (date !== undefined && date.length <= width) return date;
  if (date !== undefined || cell.includes(" ") || TITLE.test(cell)) return `${cell.slice(0, width - 1)}…`;
  const tail = Math.floor(width / 2);
  return `${cell.slice(0, width - 1 - tail)}…${cell.slice(cell.length - tail)}`;
}
