import type { Row, Table, Write } from "../ports/table.ts";
import { mapAtMost } from "../core/waitForAll.ts";

const BATCH = 100;
const AT_ONCE = 8;

/**
 * Writes many rows of one partition, a hundred at a time. Skips rows that another writer changed meanwhile, because their data are
 * newer; the next scan checks them again.
 */
export async function writeRows<T>(
  table: Table<T>,
  partition: string,
  writes: readonly Write<T>[],
): Promise<void> {
  const together = writes.filter((write) => !standsAlone(write));
  const batches = Array.from({ length: Math.ceil(together.length / BATCH) }, (_, n) =>
    together.slice(n * BATCH, (n + 1) * BATCH),
  );
  const alone = writes.filter(standsAlone).map((write) => [write]);
  await mapAtMost(AT_ONCE, [...batches, ...alone], (batch) => writeBatch(table, partition, batch));
}

/** Removes the rows, regardless of their version. */
export function removeRows<T>(
  table: Table<T>,
  partition: string,
  rows: readonly Pick<Row<T>, "key">[],
): Promise<void> {
  return writeRows(
    table,
    partition,
    rows.map(({ key }) => ({ do: "remove", key })),
  );
}

function standsAlone(write: Write<unknown>): boolean {
  return write.do === "remove" && write.version !== undefined;
}

async function writeBatch<T>(table: Table<T>, partition: string, batch: readonly Write<T>[]): Promise<void> {
  const written = await table.transact(partition, batch);
  if (written.ok || batch.length === 1) return;
  await writeBatch(table, partition, batch.toSpliced(written.index, 1));
}
