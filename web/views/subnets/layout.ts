/**
 * The position of each address of a prefix on the map: row by row, with round row sizes, so that row labels
 * help to find an address. In the largest maps a row is a /24: the third octet goes down, the fourth
 * across. All values in CSS pixels. Pure.
 */

export interface Layout {
  readonly size: number;
  readonly columns: number;
  readonly rows: number;
  /** Distance between cells, including the gap. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly gap: number;
  /** Position of the first cell: row labels are left of it, column labels above. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const TOP = 20;
const NARROW = 480;
/** Up to this number of addresses each cell has room for the name of its holder. */
const NAMED = 64;
const TALLEST = 640;
/** From this number of addresses a row is a complete /24. */
const WHOLE_ROWS = 32_768;

/** As large as the width allows, in integer pixels, and not taller than a screen if possible. */
export function planLayout(size: number, availableWidth: number): Layout {
  const left = gutterOf(size, availableWidth);
  const room = Math.max(1, availableWidth - left);
  const columns = Math.min(size, columnsFor(size, room));
  const rows = Math.ceil(size / columns);
  const cellWidth = Math.max(1, Math.min(Math.floor(room / columns), widestCell(size)));
  const cellHeight = tallness(size, rows, cellWidth);
  const [width, height] = [left + columns * cellWidth, TOP + rows * cellHeight];
  return {
    size,
    columns,
    rows,
    cellWidth,
    cellHeight,
    gap: gapOf(cellWidth, cellHeight),
    left,
    top: TOP,
    width,
    height,
  };
}

/** Width of the longest row label. */
function gutterOf(size: number, availableWidth: number): number {
  if (availableWidth < NARROW) return size > 256 && size < WHOLE_ROWS ? 44 : 34;
  return size < WHOLE_ROWS ? 100 : 84;
}

/** Powers of two, so that a row starts at a round address. */
function columnsFor(size: number, room: number): number {
  if (size <= NAMED) return namedColumns(size, room);
  if (size <= 512) return room >= 32 * 22 ? 32 : 16;
  if (size <= 2048) return room >= 64 * 8 ? 64 : 32;
  if (size <= 4096) return 64;
  return size < WHOLE_ROWS ? 128 : 256;
}

/** With room for names if possible, but not as one long list. */
function namedColumns(size: number, room: number): number {
  if (room >= 16 * 120) return 16;
  return room >= 8 * 72 || size > 16 ? 8 : 4;
}

function widestCell(size: number): number {
  return size <= NAMED ? 180 : 40;
}

function tallness(size: number, rows: number, cellWidth: number): number {
  if (size <= NAMED) return cellWidth < 64 ? 30 : 48;
  const tallest = Math.max(1, Math.floor(TALLEST / rows));
  return size <= 2048 ? Math.min(cellWidth, Math.max(tallest, 8)) : Math.min(tallest, 20);
}

function gapOf(cellWidth: number, cellHeight: number): number {
  const smaller = Math.min(cellWidth, cellHeight);
  return smaller >= 18 ? 2 : smaller >= 6 ? 1 : 0;
}

/** The cell without the gap after it. */
export function boxOf(layout: Layout, offset: number): Box {
  const column = offset % layout.columns;
  const row = Math.floor(offset / layout.columns);
  return {
    x: layout.left + column * layout.cellWidth,
    y: layout.top + row * layout.cellHeight,
    width: layout.cellWidth - layout.gap,
    height: layout.cellHeight - layout.gap,
  };
}

/** The cell at the point; a gap belongs to the cell before it. `undefined` outside. */
export function offsetAt(layout: Layout, x: number, y: number): number | undefined {
  const column = Math.floor((x - layout.left) / layout.cellWidth);
  const row = Math.floor((y - layout.top) / layout.cellHeight);
  if (column < 0 || column >= layout.columns || row < 0) return undefined;
  const offset = row * layout.columns + column;
  return offset < layout.size ? offset : undefined;
}

/** True if cells are too small to distinguish: the map then has a magnifier. */
export function isDense(layout: Layout): boolean {
  return layout.size > NAMED && Math.min(layout.cellWidth, layout.cellHeight) < 12;
}

export type Writing = "nothing" | "octet" | "octet and name";

/** What fits into a cell. */
export function writingOf(layout: Layout): Writing {
  if (layout.cellWidth >= 64 && layout.cellHeight >= 40) return "octet and name";
  return layout.cellWidth >= 22 && layout.cellHeight >= 16 ? "octet" : "nothing";
}
