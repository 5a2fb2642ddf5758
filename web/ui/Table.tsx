/**
 * A list as a grid: only the rows that can be seen are in the document, so that 10,000 scroll as easily as ten. On narrow
 * screens rows become cards. One tab stop: arrows, Home, End, PageUp and PageDown move, Enter opens, Space chooses.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { go } from "./route.ts";
import { Row } from "./TableRow.tsx";
import { toItems, type Item } from "./tableItems.ts";
import { useViewport } from "./useViewport.ts";

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: T) => ComponentChildren;
  /** A track of CSS grid; `minmax(0, 1fr)` if absent. */
  readonly width?: string;
  readonly align?: "end";
  /** Heads the card on narrow screens and carries the link. The first column if none says so. */
  readonly isPrimary?: boolean;
  /** Makes the heading a button that sorts. */
  readonly sortBy?: (row: T) => string | number;
}

export interface TableProps<T> {
  /** The table's name, for those who cannot see what is around it. */
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  hrefOf?: (row: T) => string | undefined;
  /** In place of a table without rows: what would be here, and what to do. */
  empty: ComponentChildren;
  /** Key of the row whose panel is open. */
  current?: string | undefined;
  /** Rows with the same answer stand together under it. */
  groupOf?: ((row: T) => string) | undefined;
  selection?: Selection;
}

export interface Selection {
  readonly keys: ReadonlySet<string>;
  readonly toggle: (key: string) => void;
  readonly toggleAll: (keys: readonly string[]) => void;
}

const ROW = 40;
const CARD_LINE = 24;
const CARD_HEAD = 72;
const NARROW = 620;
const AROUND = 6;

export function Table<T>(props: TableProps<T>) {
  const { caption, columns, rows, keyOf, groupOf, selection } = props;
  const [sort, setSort] = useState<Sort>();
  const [active, setActive] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const { top, height, width } = useViewport(box);
  const isNarrow = width > 0 && width < NARROW;
  const rowHeight = isNarrow ? CARD_HEAD + CARD_LINE * (columns.length - 1) : ROW;
  const items = useMemo(
    () => toItems(sorted(rows, columns, sort), { keyOf, groupOf, rowHeight, groupHeight: ROW }),
    [rows, columns, sort, groupOf, rowHeight],
  );
  const at = Math.min(active, items.length - 1);
  const shown = inView(items, { top, height, at });
  const mustFocus = useRef(false);
  useEffect(() => {
    if (!mustFocus.current) return;
    mustFocus.current = false;
    box.current?.querySelector<HTMLElement>(`[data-index="${at}"]`)?.focus({ preventScroll: true });
  });
  if (rows.length === 0) return <>{props.empty}</>;

  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(items.length - 1, index));
    mustFocus.current = true;
    setActive(next);
    reveal(box.current, items[next]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset["index"] === undefined) return;
    const page = Math.max(1, Math.floor(height / rowHeight) - 1);
    const next = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: items.length,
      PageDown: at + page,
      PageUp: at - page,
    }[event.key];
    const row = items[at]?.row;
    if (next !== undefined) moveTo(next);
    else if (event.key === "Enter" && row !== undefined) open(props.hrefOf?.(row));
    else if (event.key === " " && row !== undefined && selection) selection.toggle(keyOf(row));
    else return;
    event.preventDefault();
  };
  const total = items.at(-1);
  const setTemplate = (element: HTMLElement | null) =>
    element?.style.setProperty("--columns", template(columns, selection !== undefined));
  return (
    <div
      ref={box}
      class="table"
      role="grid"
      aria-label={caption}
      aria-rowcount={items.length + 1}
      aria-multiselectable={selection ? true : undefined}
      data-layout={isNarrow ? "cards" : "rows"}
      onKeyDown={onKeyDown}
    >
      <div class="table-inner" ref={setTemplate}>
        <Head
          columns={columns}
          sort={sort}
          onSort={setSort}
          all={selection && <ChooseAll selection={selection} keys={rows.map(keyOf)} />}
        />
        <div
          class="table-body"
          role="rowgroup"
          style={{ height: `${(total?.top ?? 0) + (total?.height ?? 0)}px` }}
        >
          {shown.map((index) => {
            const item = items[index] as Item<T>;
            return (
              <Row
                key={item.key}
                item={item}
                index={index}
                isActive={index === at}
                table={props}
                onActive={setActive}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function open(href: string | undefined): void {
  if (href !== undefined) go(href);
}

interface Sort {
  readonly key: string;
  readonly isDown: boolean;
}

function sorted<T>(rows: readonly T[], columns: readonly Column<T>[], sort: Sort | undefined): readonly T[] {
  const by = columns.find(({ key }) => key === sort?.key)?.sortBy;
  if (!by || !sort) return rows;
  const sign = sort.isDown ? -1 : 1;
  return rows.toSorted((a, b) => sign * compare(by(a), by(b)));
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

interface View {
  readonly top: number;
  readonly height: number;
  readonly at: number;
}

/** Which items can be seen, some around them, and the active one wherever it is: it holds the focus. */
function inView<T>(items: readonly Item<T>[], { top, height, at }: View): number[] {
  const first = Math.max(0, firstBelow(items, top) - AROUND);
  const end = Math.min(items.length, firstBelow(items, top + Math.max(height, 400)) + AROUND + 1);
  const shown = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  if (at < 0 || (at >= first && at < end)) return shown;
  return at < first ? [at, ...shown] : [...shown, at];
}

/** Index of the first item that ends below `top`, by halving. */
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

function reveal<T>(box: HTMLElement | null, item: Item<T> | undefined): void {
  if (!box || !item) return;
  const head = box.querySelector<HTMLElement>(".table-head")?.offsetHeight ?? 0;
  if (item.top < box.scrollTop) box.scrollTop = item.top;
  const bottom = item.top + item.height + head;
  if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}

function template<T>(columns: readonly Column<T>[], isSelectable: boolean): string {
  const tracks = columns.map(({ width }) => width ?? "minmax(0, 1fr)");
  return (isSelectable ? ["2rem", ...tracks] : tracks).join(" ");
}

interface HeadProps<T> {
  columns: readonly Column<T>[];
  sort: Sort | undefined;
  onSort: (sort: Sort) => void;
  all: ComponentChildren;
}

function Head<T>({ columns, sort, onSort, all }: HeadProps<T>) {
  return (
    <div class="table-head" role="rowgroup">
      <div class="table-row" role="row" aria-rowindex={1}>
        {all}
        {columns.map(({ key, title, align, sortBy }) => {
          const direction = sort?.key === key ? (sort.isDown ? "descending" : "ascending") : undefined;
          const isDown = direction === "ascending";
          return (
            <div key={key} role="columnheader" class={align ? "cell cell-end" : "cell"} aria-sort={direction}>
              {sortBy ? (
                <button type="button" class="sort" onClick={() => onSort({ key, isDown })}>
                  {title}
                  <span aria-hidden="true">{direction === undefined ? "" : isDown ? " ↑" : " ↓"}</span>
                </button>
              ) : (
                title
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function ChooseAll({ selection, keys }: { selection: Selection; keys: readonly string[] }) {
  const isAll = keys.every((key) => selection.keys.has(key));
  return (
    <div role="columnheader" class="cell cell-choose">
      <input
        type="checkbox"
        aria-label="Choose all"
        checked={isAll}
        onChange={() => selection.toggleAll(isAll ? [] : keys)}
      />
    </div>
  );
}
