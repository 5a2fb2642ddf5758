/** Items of a table from top to bottom: group headings and rows. Pure. */
export interface Item<T> {
  readonly key: string;
  /** Absent for a heading. */
  readonly row?: T;
  readonly group?: string;
  /** For a heading: the number of rows in the group. */
  readonly size?: number;
  /** Offset from the first item, in pixels. */
  readonly top: number;
  readonly height: number;
}

interface ItemOptions<T> {
  readonly keyOf: (row: T) => string;
  readonly groupOf?: ((row: T) => string) | undefined;
  readonly rowHeight: number;
  readonly groupHeight: number;
}

export function toItems<T>(
  rows: readonly T[],
  { keyOf, groupOf, rowHeight, groupHeight }: ItemOptions<T>,
): Item<T>[] {
  const items: Item<T>[] = [];
  let top = 0;
  const add = (height: number, item: Omit<Item<T>, "top" | "height">) => {
    items.push({ ...item, top, height });
    top += height;
  };
  for (const [group, members] of groupOf ? grouped(rows, groupOf) : [[undefined, rows] as const]) {
    if (group !== undefined) add(groupHeight, { key: `group ${group}`, group, size: members.length });
    for (const row of members) add(rowHeight, { key: keyOf(row), row });
  }
  return items;
}

/** Largest group first. */
function grouped<T>(rows: readonly T[], groupOf: (row: T) => string): (readonly [string, readonly T[]])[] {
  const groups = Map.groupBy(rows, groupOf);
  return [...groups].sort(([a, one], [b, two]) => two.length - one.length || a.localeCompare(b));
}
