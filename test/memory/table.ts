import {
  checkTransaction,
  type KeyRange,
  type Row,
  type Table,
  type Write,
  type Written,
} from "../../shared/ports/table.ts";
import { CallLog } from "./callLog.ts";
import { frozen } from "./frozen.ts";

/** A table in memory, held to the same contract as the real one. Its rows are frozen: to change one is to write it. */
export class MemoryTable<T> implements Table<T> {
  readonly calls = new CallLog();
  readonly #partitions = new Map<string, Map<string, Row<T>>>();
  #version = 0;

  async get(partition: string, key: string): Promise<Row<T> | undefined> {
    await this.calls.record("get", partition, key);
    return this.#partitions.get(partition)?.get(key);
  }

  async *list(partition: string, range: KeyRange = {}): AsyncIterable<Row<T>> {
    await this.calls.record("list", partition, range);
    const rows = [...(this.#partitions.get(partition)?.values() ?? [])].filter((row) =>
      within(row.key, range),
    );
    yield* rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async transact(partition: string, writes: readonly Write<T>[]): Promise<Written> {
    checkTransaction(writes);
    writes.forEach(demandKnown);
    await this.calls.record("transact", partition, writes);
    const rows = this.#partitions.get(partition) ?? new Map<string, Row<T>>();
    for (const [index, write] of writes.entries()) {
      const why = refusal(rows.get(write.key), write);
      if (why) return { ok: false, index, why };
    }
    this.#partitions.set(partition, rows);
    return { ok: true, versions: writes.map((write) => this.#write(partition, rows, write)) };
  }

  /** Every row of every partition, for assertions. */
  all(): T[] {
    return this.rows().map(({ value }) => value);
  }

  /** The same with their keys. */
  rows(): Row<T>[] {
    return [...this.#partitions.values()].flatMap((rows) => [...rows.values()]);
  }

  #write(partition: string, rows: Map<string, Row<T>>, write: Write<T>): string | undefined {
    if (write.do === "remove") {
      rows.delete(write.key);
      return undefined;
    }
    const version = String((this.#version += 1));
    rows.set(write.key, frozen({ partition, key: write.key, version, value: write.value }));
    return version;
  }
}

/** Storage supports these four; the types of a mutation allow more. */
function demandKnown(write: Write<unknown>): void {
  if (!["put", "insert", "replace", "remove"].includes(write.do))
    throw new Error("storage has no such write");
}

function within(key: string, { from, to }: KeyRange): boolean {
  return (from === undefined || key >= from) && (to === undefined || key <= to);
}

function refusal(
  row: Row<unknown> | undefined,
  write: Write<unknown>,
): "exists" | "changed" | "absent" | undefined {
  if (write.do === "put") return undefined;
  if (write.do === "insert") return row ? "exists" : undefined;
  if (write.do === "remove" && write.version === undefined) return undefined;
  if (!row) return "absent";
  return row.version === write.version ? undefined : "changed";
}
