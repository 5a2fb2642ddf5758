import type { ComponentChildren } from "preact";
import type { Column, Selection } from "./Table.tsx";

export interface Sort {
  readonly key: string;
  readonly isDown: boolean;
}

/** The rows in the selected sort order; unchanged if none is selected. */
export function sorted<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  sort: Sort | undefined,
): readonly T[] {
  const by = columns.find(({ key }) => key === sort?.key)?.sortBy;
  if (!by || !sort) return rows;
  const sign = sort.isDown ? -1 : 1;
  return rows.toSorted((a, b) => sign * compare(by(a), by(b)));
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

interface HeadProps<T> {
  columns: readonly Column<T>[];
  sort: Sort | undefined;
  onSort: (sort: Sort) => void;
  /** The checkbox that selects all rows. */
  all: ComponentChildren;
}

export function TableHead<T>({ columns, sort, onSort, all }: HeadProps<T>) {
  return (
    <div class="table-head" role="rowgroup">
      <div class="table-row" role="row" aria-rowindex={1}>
        {all}
        {columns.map((column) => (
          <Heading key={column.key} column={column} sort={sort} onSort={onSort} />
        ))}
      </div>
    </div>
  );
}

interface HeadingProps<T> extends Pick<HeadProps<T>, "sort" | "onSort"> {
  column: Column<T>;
}

function Heading<T>({ column: { key, title, align, sortBy }, sort, onSort }: HeadingProps<T>) {
  const direction = sort?.key === key ? (sort.isDown ? "descending" : "ascending") : undefined;
  const arrow = direction === undefined ? "" : direction === "ascending" ? " ↑" : " ↓";
  return (
    <div role="columnheader" class={align ? "cell cell-end" : "cell"} aria-sort={direction}>
      {sortBy ? (
        <button type="button" class="sort" onClick={() => onSort({ key, isDown: direction === "ascending" })}>
          {title}
          <span aria-hidden="true">{arrow}</span>
        </button>
      ) : (
        title
      )}
    </div>
  );
}

export function SelectAll({ selection, keys }: { selection: Selection; keys: readonly string[] }) {
  const isAll = keys.every((key) => selection.keys.has(key));
  return (
    <div role="columnheader" class="cell cell-choose">
      <input
        type="checkbox"
        aria-label="Select all"
        checked={isAll}
        onChange={() => selection.toggleAll(isAll ? [] : keys)}
      />
    </div>
  );
}
