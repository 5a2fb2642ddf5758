/** What a table shows, one under the other: headings of groups, and rows. Pure. */
export interface Item<T> {
  readonly key: string;
  /** Absent: a heading. */
  readonly row?: T;
  readonly group?: string;
  /** Of a heading: how many rows stand under it. */
  readonly size?: number;
  /** Pixels from the top of the first. */
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

/** The largest group first. */
function grouped<T>(rows: readonly T[], groupOf: (row: T) => string): (readonly [string, readonly T[]])[] {
  const groups = Map.groupBy(rows, groupOf);
  return [...groups].sort(([a, one], [b, two]) => two.length - one.length || a.localeCompare(b));
}
