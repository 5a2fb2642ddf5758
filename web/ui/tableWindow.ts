/** Computes the visible items of a table. Pure. */
import type { Item } from "./tableItems.ts";

/** Extra pixels rendered above and below the visible area, so that scrolling shows no gap. */
const AROUND = 6;
/** Default before the table was measured. */
const FIRST_HEIGHT = 400;

interface View {
  readonly top: number;
  readonly height: number;
  /** The active item is always rendered, because it holds the focus. */
  readonly at: number;
}

/** Indexes of the items to render, in order. */
export function inView<T>(items: readonly Item<T>[], { top, height, at }: View): number[] {
  const first = Math.max(0, firstBelow(items, top) - AROUND);
  const end = Math.min(items.length, firstBelow(items, top + Math.max(height, FIRST_HEIGHT)) + AROUND + 1);
  const shown = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  if (at < 0 || (at >= first && at < end)) return shown;
  return at < first ? [at, ...shown] : [...shown, at];
}

/** Index of the first item that ends below `top`, by binary search. */
function firstBelow<T>(items: readonly Item<T>[], top: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle] as Item<T>;
    if (item.top + item.height <= top) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Height of all items in pixels. */
export function heightOf<T>(items: readonly Item<T>[]): number {
  const last = items.at(-1);
  return last ? last.top + last.height : 0;
}
