/** Labels of the rows and columns of the map. Pure. */
import { addressAt, tailOf } from "./address.ts";
import type { Layout } from "./layout.ts";

export interface Label {
  /** Of the row or column. */
  readonly index: number;
  readonly text: string;
}

/** Font size. */
export const LABEL_PIXELS = 11;
/** Minimum distances between labels. */
export const ROW_APART = 13;
export const COLUMN_APART = 30;

/** Label every nth row or column: a power of two, so that labels are at least so many pixels apart. */
export function labelStep(cellPixels: number, apartPixels: number): number {
  let step = 1;
  while (step * cellPixels < apartPixels) step *= 2;
  return step;
}

export function rowLabels(layout: Layout, first: string): Label[] {
  const step = labelStep(layout.cellHeight, ROW_APART);
  return every(step, layout.rows).map((index) => ({ index, text: rowLabel(layout, first, index) }));
}

/**
 * A complete /24 is labelled with its third octet; with enough room, with the common part of its addresses.
 */
export function rowLabel(layout: Layout, first: string, row: number): string {
  const address = addressAt(first, row * layout.columns);
  if (layout.columns < 256) return isWide(layout) ? address : tailOf(address, layout.size > 256 ? 2 : 1);
  const start = address.slice(0, address.lastIndexOf("."));
  return isWide(layout) ? start : `.${start.split(".").at(-1)}`;
}

/** Offset of the column from the first address of the row: with complete /24s, the fourth octet. */
export function columnLabels(layout: Layout): Label[] {
  const step = labelStep(layout.cellWidth, COLUMN_APART);
  return every(step, layout.columns).map((index) => ({ index, text: columnLabel(layout, index) }));
}

export function columnLabel(layout: Layout, column: number): string {
  return layout.columns === 256 ? `.${column}` : `+${column}`;
}

function isWide(layout: Layout): boolean {
  return layout.left > 60;
}

function every(step: number, count: number): number[] {
  return Array.from({ length: Math.ceil(count / step) }, (_, n) => n * step);
}
