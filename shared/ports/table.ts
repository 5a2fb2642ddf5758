/**
 * Port: keyed rows with insert-if-absent, versions and transactions inside one partition.
 * Everything Mooring remembers goes through it; adapters own key encoding and size limits.
 * Implementations: Azure Table storage (`shared/adapters/table.ts`) and memory (`test/memory/table.ts`),
 * both held to `test/contract/table.test.ts`.
 */

import { InvalidInput } from "../core/errors.ts";

/** Opaque; equal only if the row did not change in between. */
export type Version = string;

export interface Row<T> {
  readonly partition: string;
  readonly key: string;
  readonly version: Version;
  readonly value: T;
}

/** `put` writes whatever was there; `insert` needs absence; `replace` and `remove` need the version they name. */
export type Write<T> =
  | { readonly do: "insert"; readonly key: string; readonly value: T }
  | { readonly do: "put"; readonly key: string; readonly value: T }
  | { readonly do: "replace"; readonly key: string; readonly value: T; readonly version: Version }
  | { readonly do: "remove"; readonly key: string; readonly version?: Version };

/** Which write was not possible and why; nothing of the transaction was written. */
export type Written =
  | { readonly ok: true; readonly versions: readonly (Version | undefined)[] }
  | { readonly ok: false; readonly index: number; readonly why: "exists" | "changed" | "absent" };

/** Both ends belong to the range; keys order by UTF-16 code unit. */
export interface KeyRange {
  readonly from?: string;
  readonly to?: string;
}

export interface Table<T> {
  /** One point read; `undefined` if there is no such row. */
  get(partition: string, key: string): Promise<Row<T> | undefined>;
  /** Rows of a partition in key order, page by page, so that a reader that stops early costs little. */
  list(partition: string, range?: KeyRange): AsyncIterable<Row<T>>;
  /**
   * All writes or none, in one partition, in one round trip; 1 to 100 writes, each key once.
   * Removing an absent row without a version succeeds; a removal with a version stands alone.
   * @throws InvalidInput if a row is larger than storage takes, or the transaction is not as said here
   */
  transact(partition: string, writes: readonly Write<T>[]): Promise<Written>;
}

const MAX_WRITES = 100;

/** Holds a transaction to what every implementation takes. @throws InvalidInput */
export function checkTransaction(writes: readonly Write<unknown>[]): void {
  if (writes.length < 1 || writes.length > MAX_WRITES)
    throw new InvalidInput(`a transaction has 1 to ${MAX_WRITES} writes, not ${writes.length}`);
  if (new Set(writes.map(({ key }) => key)).size < writes.length)
    throw new InvalidInput("a transaction writes each key once");
  if (writes.length > 1 && writes.some((write) => write.do === "remove" && write.version !== undefined))
    throw new InvalidInput("a removal with a version stands alone in its transaction");
}
