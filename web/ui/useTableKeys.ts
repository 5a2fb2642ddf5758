/** The keyboard in a table: one row is its tab stop, and the keys move which. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { go } from "./route.ts";
import type { TableProps } from "./Table.tsx";
import type { Item } from "./tableItems.ts";

interface Options<T> {
  readonly box: RefObject<HTMLElement | null>;
  readonly items: readonly Item<T>[];
  readonly table: TableProps<T>;
  readonly rowHeight: number;
}

export function useTableKeys<T>({ box, items, table, rowHeight }: Options<T>) {
  const [active, setActive] = useState(0);
  const at = Math.min(active, items.length - 1);
  const mustFocus = useRef(false);
  // After the row is drawn, which may be far from where the focus was.
  useEffect(() => {
    if (!mustFocus.current) return;
    mustFocus.current = false;
    box.current?.querySelector<HTMLElement>(`[data-index="${at}"]`)?.focus({ preventScroll: true });
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOnRow(event)) return;
    const next = nextIndex(event.key, at, Math.floor((box.current?.clientHeight ?? 0) / rowHeight) - 1);
    if (next !== undefined) {
      const index = Math.max(0, Math.min(items.length - 1, next));
      mustFocus.current = true;
      setActive(index);
      reveal(box.current, items[index]);
    } else if (!act(event.key, items[at]?.row, table)) return;
    event.preventDefault();
  };
  return { at, setActive, onKeyDown };
}

/** Not in a control inside of one. */
function isOnRow({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && target.dataset["index"] !== undefined;
}

function nextIndex(key: string, at: number, page: number): number | undefined {
  const step = Math.max(1, page);
  const places: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: Infinity,
    PageDown: at + step,
    PageUp: at - step,
  };
  return places[key];
}

function act<T>(key: string, row: T | undefined, { hrefOf, keyOf, selection }: TableProps<T>): boolean {
  if (row === undefined) return false;
  const href = hrefOf?.(row);
  if (key === "Enter" && href !== undefined) go(href);
  else if (key === " " && selection) selection.toggle(keyOf(row));
  else return false;
  return true;
}

function reveal<T>(box: HTMLElement | null, item: Item<T> | undefined): void {
  if (!box || !item) return;
  const head = box.querySelector<HTMLElement>(".table-head")?.offsetHeight ?? 0;
  if (item.top < box.scrollTop) box.scrollTop = item.top;
  const bottom = item.top + item.height + head;
  if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}
