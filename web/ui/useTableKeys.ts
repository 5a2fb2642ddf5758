/** Keyboard navigation of a table: one row is the tab stop, keys change which. */
import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { go } from "./route.ts";
import type { TableProps } from "./Table.tsx";
import type { Item } from "./tableItems.ts";

interface Options<T> {
  readonly box: RefObject<HTMLElement | null>;
  readonly items: readonly Item<T>[];
  readonly table: TableProps<T>;
  readonly rowHeight: number;
}

interface Active {
  readonly key: string;
  readonly index: number;
}

export function useTableKeys<T>({ box, items, table, rowHeight }: Options<T>) {
  const [active, setActive] = useState<Active>({ key: "", index: 0 });
  // By key, because rows are inserted and removed above it; by index if the row itself was removed.
  const position = useMemo(() => items.findIndex(({ key }) => key === active.key), [items, active.key]);
  const at = position >= 0 ? position : Math.min(active.index, items.length - 1);
  const activate = (index: number) => setActive({ key: items[index]?.key ?? "", index });
  const { take, focusEvents } = useKeptFocus(box, at);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isRow(event.target)) return;
    const next = nextIndex(event.key, at, Math.floor((box.current?.clientHeight ?? 0) / rowHeight) - 1);
    if (next !== undefined) {
      const index = Math.max(0, Math.min(items.length - 1, next));
      take();
      activate(index);
      reveal(box.current, items[index]);
    } else if (!act(event.key, items[at]?.row, table)) return;
    event.preventDefault();
  };
  return { at, setActive: activate, tableEvents: { onKeyDown, ...focusEvents } };
}

/**
 * The active row keeps the focus even if it is scrolled out of view: the browser may detach and re-attach
 * its element during a render, which loses the focus.
 */
function useKeptFocus(box: RefObject<HTMLElement | null>, at: number) {
  const has = useRef(false);
  const must = useRef(false);
  const isDrawing = useRef(false);
  isDrawing.current = true;
  useLayoutEffect(() => {
    isDrawing.current = false;
    const isLost = has.current && document.activeElement === document.body;
    if (must.current || isLost)
      box.current?.querySelector<HTMLElement>(`[data-index="${at}"]`)?.focus({ preventScroll: true });
    must.current = false;
  });
  return {
    take: () => void (must.current = true),
    focusEvents: {
      onFocusIn: ({ target }: FocusEvent) => void (has.current = isRow(target)),
      onFocusOut: () => void (has.current &&= isDrawing.current),
    },
  };
}

/** Not while a control inside the row has the focus. */
function isRow(target: EventTarget | null): boolean {
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
