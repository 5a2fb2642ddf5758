/**
 * A list as a grid: only visible rows are in the document, so that 10,000 rows scroll smoothly. On narrow
 * screens rows become cards. One tab stop: arrows, Home, End, PageUp and PageDown move, Enter opens, Space
 * selects.
 */
import type { ComponentChildren } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { SelectAll, sorted, TableHead, type Sort } from "./TableHead.tsx";
import { Row } from "./TableRow.tsx";
import { toItems, type Item } from "./tableItems.ts";
import { heightOf, inView } from "./tableWindow.ts";
import { useTableKeys } from "./useTableKeys.ts";
import { useViewport } from "./useViewport.ts";

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: T) => ComponentChildren;
  /** A CSS grid track; `minmax(0, 1fr)` if absent. */
  readonly width?: string;
  readonly align?: "end";
  /** Minimum table width in pixels for this column; cards have every column. */
  readonly from?: number;
  /** Heading of the card on narrow screens; contains the link. Default: the first column. */
  readonly isPrimary?: boolean;
  /** For the primary column: it may use two lines of a card. */
  readonly isLong?: boolean;
  /** Makes the heading a sort button. */
  readonly sortBy?: (row: T) => string | number;
}

export interface TableProps<T> {
  /** Accessible name of the table. */
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  hrefOf?: (row: T) => string | undefined;
  /** Shown if there are no rows: what belongs here, and what to do. */
  empty: ComponentChildren;
  /** Key of the row whose panel is open. */
  current?: string | undefined;
  /** Groups rows with the same result. */
  groupOf?: ((row: T) => string) | undefined;
  selection?: Selection;
}

export interface Selection {
  readonly keys: ReadonlySet<string>;
  readonly toggle: (key: string) => void;
  readonly toggleAll: (keys: readonly string[]) => void;
}

const ROW = 40;
/** Height of a card: padding and border, and each of its lines. */
const CARD_PADDING = 25;
const CARD_LINE = 24;
/** Minimum width of a row, and of each column that is always visible; narrower rows become cards. */
const NARROW = 480;
const COLUMN = 96;

export function Table<T>(props: TableProps<T>) {
  const { caption, columns, rows, keyOf, groupOf, selection } = props;
  const [sort, setSort] = useState<Sort>();
  const box = useRef<HTMLDivElement>(null);
  const { top, height, width } = useViewport(box, rows.length > 0);
  const isNarrow = width > 0 && width < narrowest(columns);
  const rowHeight = isNarrow ? cardHeight(columns) : ROW;
  const shown = isNarrow || width === 0 ? columns : columns.filter(({ from = 0 }) => width >= from);
  const items = useMemo(
    () => toItems(sorted(rows, columns, sort), { keyOf, groupOf, rowHeight, groupHeight: ROW }),
    [rows, columns, sort, groupOf, rowHeight],
  );
  const { at, setActive, tableEvents } = useTableKeys({ box, items, table: props, rowHeight });
  if (rows.length === 0) return <>{props.empty}</>;
  const table = { ...props, columns: shown };
  return (
    <div
      ref={box}
      class="table"
      role="grid"
      aria-label={caption}
      aria-rowcount={items.length + 1}
      aria-multiselectable={selection ? true : undefined}
      data-layout={isNarrow ? "cards" : "rows"}
      {...tableEvents}
    >
      <div class="table-inner" role="presentation" ref={(element) => setTracks(element, table)}>
        <TableHead
          columns={shown}
          sort={sort}
          onSort={setSort}
          all={selection && <SelectAll selection={selection} keys={rows.map(keyOf)} />}
        />
        <div class="table-body" role="rowgroup" style={{ height: `${heightOf(items)}px` }}>
          {inView(items, { top, height, at }).map((index) => {
            const item = items[index] as Item<T>;
            const place = { item, index, isActive: index === at };
            return <Row key={item.key} {...place} table={table} onActive={setActive} />;
          })}
        </div>
      </div>
    </div>
  );
}

function narrowest<T>(columns: readonly Column<T>[]): number {
  return Math.max(NARROW, COLUMN * columns.filter(({ from }) => from === undefined).length);
}

function cardHeight<T>(columns: readonly Column<T>[]): number {
  const lines = columns.length + (columns.some(({ isLong }) => isLong) ? 1 : 0);
  return CARD_PADDING + CARD_LINE * lines;
}

function setTracks<T>(element: HTMLElement | null, { columns, selection }: TableProps<T>): void {
  const tracks = columns.map(({ width }) => width ?? "minmax(0, 1fr)");
  element?.style.setProperty("--columns", (selection ? ["2rem", ...tracks] : tracks).join(" "));
}
