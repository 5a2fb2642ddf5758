import { count } from "./words.ts";
import type { Column, TableProps } from "./Table.tsx";
import type { Item } from "./tableItems.ts";

interface RowProps<T> {
  item: Item<T>;
  index: number;
  /** The row is the tab stop of the table. */
  isActive: boolean;
  table: TableProps<T>;
  onActive: (index: number) => void;
}

/** A row or a group heading, at its position. */
export function Row<T>({ item, index, isActive, table, onActive }: RowProps<T>) {
  const { columns, keyOf, hrefOf, selection, current } = table;
  const { row } = item;
  const shared = {
    role: "row" as const,
    "aria-rowindex": index + 2,
    "data-index": index,
    tabIndex: isActive ? 0 : -1,
    style: { transform: `translateY(${item.top}px)`, height: `${item.height}px` },
    onFocus: () => onActive(index),
  };
  if (row === undefined) return <GroupRow item={item} shared={shared} width={columns.length} />;
  const key = keyOf(row);
  const href = hrefOf?.(row);
  const isChosen = selection?.keys.has(key) ?? false;
  const primary = columns.find(({ isPrimary }) => isPrimary) ?? columns[0];
  return (
    <div
      {...shared}
      class={classOf(href !== undefined, key === current)}
      aria-selected={selection ? isChosen : undefined}
      aria-current={key === current ? "true" : undefined}
      onClick={(event) => openOnClick(event, href)}
    >
      {selection && <SelectBox isChosen={isChosen} name={key} onToggle={() => selection.toggle(key)} />}
      {columns.map((column) => (
        <Cell key={column.key} column={column} row={row} href={column === primary ? href : undefined} />
      ))}
    </div>
  );
}

function classOf(canOpen: boolean, isCurrent: boolean): string {
  return `table-row${canOpen ? " table-row-open" : ""}${isCurrent ? " table-row-current" : ""}`;
}

/** Clicks anywhere in the row count, except on controls and at the end of a text selection. */
function openOnClick({ target }: MouseEvent, href: string | undefined): void {
  const isOwn = (target as Element).closest("a, button, input, select, label") !== null;
  if (!isOwn && href !== undefined && getSelection()?.isCollapsed !== false) location.hash = href;
}

function SelectBox({ isChosen, name, onToggle }: { isChosen: boolean; name: string; onToggle: () => void }) {
  return (
    <div role="gridcell" class="cell cell-choose">
      <input
        type="checkbox"
        tabIndex={-1}
        aria-label={`Select ${name}`}
        checked={isChosen}
        onChange={onToggle}
      />
    </div>
  );
}

interface CellProps<T> {
  column: Column<T>;
  row: T;
  href: string | undefined;
}

function Cell<T>({ column: { title, cell, align, isPrimary, isLong }, row, href }: CellProps<T>) {
  const content = cell(row);
  return (
    <div
      role="gridcell"
      class={`cell${align ? " cell-end" : ""}${isPrimary || href !== undefined ? " cell-primary" : ""}${isLong ? " cell-long" : ""}`}
      data-title={title}
    >
      {href === undefined ? (
        <span class="cell-content">{content}</span>
      ) : (
        <a class="cell-content" href={href} tabIndex={-1}>
          {content}
        </a>
      )}
    </div>
  );
}

interface GroupRowProps {
  item: { readonly group?: string; readonly size?: number };
  shared: object;
  width: number;
}

function GroupRow({ item: { group, size = 0 }, shared, width }: GroupRowProps) {
  return (
    <div {...shared} class="table-row table-group">
      <div role="gridcell" class="cell" aria-colspan={width}>
        <strong>{group}</strong> <span class="quiet">{count(size, "row")}</span>
      </div>
    </div>
  );
}
