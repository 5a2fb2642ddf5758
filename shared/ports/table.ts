/**
 * Port: keyed rows with insert-if-absent, versions and transactions inside one partition.
 * All persistent data except states and queues use it; adapters handle key encoding and size limits.
 * Implementations: Azure Table storage (`shared/adapters/table.ts`) and memory (`test/memory/table.ts`),
 * both tested by `test/contract/table.test.ts`.
 */

import { InvalidInput } from "../core/errors.ts";

/** Opaque; equal only if the row did not change. */
export type Version = string;

export interface Row<T> {
  readonly partition: string;
  readonly key: string;
  readonly version: Version;
  readonly value: T;
}

/** `put` writes unconditionally; `insert` requires absence; `replace` and `remove` require the given version. */
export type Write<T> =
  | { readonly do: "insert"; readonly key: string; readonly value: T }
  | { readonly do: "put"; readonly key: string; readonly value: T }
  | { readonly do: "replace"; readonly key: string; readonly value: T; readonly version: Version }
  | { readonly do: "remove"; readonly key: string; readonly version?: Version };

/** The write that was rejected and why; nothing of the transaction was written. */
export type Written =
  | { readonly ok: true; readonly versions: readonly (Version | undefined)[] }
  | { readonly ok: false; readonly index: number; readonly why: "exists" | "changed" | "absent" };

/** Both ends are included; keys are ordered by UTF-16 code units. */
export interface KeyRange {
  readonly from?: string;
  readonly to?: string;
}

export interface Table<T> {
  /** One point read; `undefined` if there is no such row. */
  get(partition: string, key: string): Promise<Row<T> | undefined>;
  /** Rows of a partition in key order, page by page, so that a reader can stop early at low cost. */
  list(partition: string, range?: KeyRange): AsyncIterable<Row<T>>;
  /**
   * All writes or none, in one partition, in one round trip; 1 to 100 writes, each key once.
   * Removing an absent row without a version succeeds; a removal with a version must be the only write of its transaction.
   * @throws InvalidInput if a row exceeds storage's size limit, or the transaction violates these rules
   */
  transact(partition: string, writes: readonly Write<T>[]): Promise<Written>;
}

const MAX_WRITES = 100;

/** Validates a transaction against the rules of all implementations. @throws InvalidInput */
export function checkTransaction(writes: readonly Write<unknown>[]): void {
  if (writes.length < 1 || writes.length > MAX_WRITES)
    throw new InvalidInput(`a transaction must have 1 to ${MAX_WRITES} writes, not ${writes.length}`);
  if (new Set(writes.map(({ key }) => key)).size < writes.length)
    throw new InvalidInput("a transaction must write each key only once");
  if (writes.length > 1 && writes.some((write) => write.do === "remove" && write.version !== undefined))
    throw new InvalidInput("a removal with a version must be the only write of its transaction");
}
