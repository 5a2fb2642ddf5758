/** Keyboard navigation on the map. Pure; the result is always a cell of the map. */
import { isUsed, kindAt, type Cells } from "./cells.ts";
import type { Layout } from "./layout.ts";

export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
}

/** Keyboard shortcuts as shown below the map. */
export const KEYS = [
  { keys: "arrows", what: "move by one address or row" },
  { keys: "Home, End", what: "start and end of the row; with Ctrl, of the map" },
  { keys: "Page Up, Page Down", what: "an eighth of the map" },
  { keys: "n, p", what: "next and previous used address" },
  { keys: "f, Shift+f", what: "next and previous free address" },
  { keys: "Enter", what: "select the address" },
  { keys: "Escape", what: "clear the selection" },
] as const;

/** `undefined` if the key does not navigate: the page then handles it. */
export function targetOf(cells: Cells, layout: Layout, at: number, key: Key): number | undefined {
  const to = KEY_MOVES[key.key]?.(at, layout, key) ?? jump(cells, at, key);
  return to === undefined ? undefined : Math.max(0, Math.min(cells.size - 1, to));
}

type Move = (at: number, layout: Layout, key: Key) => number;

const KEY_MOVES: Readonly<Record<string, Move>> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowUp: (at, layout) => down(at, layout, -1),
  ArrowDown: (at, layout) => down(at, layout, 1),
  PageUp: (at, layout) => down(at, layout, -pageOf(layout)),
  PageDown: (at, layout) => down(at, layout, pageOf(layout)),
  Home: (at, { columns }, { ctrlKey }) => (ctrlKey ? 0 : at - (at % columns)),
  End: (at, { columns, size }, { ctrlKey }) => (ctrlKey ? size - 1 : at - (at % columns) + columns - 1),
};

/** Keeps the column; stays in place if there is no such row. */
function down(at: number, { columns, size }: Layout, rows: number): number {
  const column = at % columns;
  const last = Math.floor((size - 1 - column) / columns);
  const row = Math.max(0, Math.min(last, Math.floor(at / columns) + rows));
  return row * columns + column;
}

function pageOf({ rows }: Layout): number {
  return Math.max(1, Math.ceil(rows / 8));
}

function jump(cells: Cells, at: number, { key, ctrlKey, shiftKey }: Key): number | undefined {
  if (ctrlKey) return undefined;
  if (key === "n") return nextUsed(cells, at, 1) ?? at;
  if (key === "p") return nextUsed(cells, at, -1) ?? at;
  return key.toLowerCase() === "f" ? (nextFree(cells, at, shiftKey ? -1 : 1) ?? at) : undefined;
}

/** `undefined` if there is none in that direction. */
export function nextUsed(cells: Cells, at: number, direction: 1 | -1): number | undefined {
  return next(cells, at, { direction, accepts: (offset) => isUsed(cells, offset) });
}

export function nextFree(cells: Cells, at: number, direction: 1 | -1): number | undefined {
  return next(cells, at, { direction, accepts: (offset) => kindAt(cells, offset) === "free" });
}

interface Search {
  readonly direction: 1 | -1;
  readonly accepts: (offset: number) => boolean;
}

function next(cells: Cells, at: number, { direction, accepts }: Search): number | undefined {
  for (let offset = at + direction; offset >= 0 && offset < cells.size; offset += direction)
    if (accepts(offset)) return offset;
  return undefined;
}
