/** Data as a version of Mooring wrote them (`dev/tools/fixture.ts`), put where a test wants them. */
import { readFileSync } from "node:fs";
import type { Run, Tables } from "../../shared/ports/ports.ts";
import { writeRows } from "../../shared/storage/writeRows.ts";
import type { Table } from "../../shared/ports/table.ts";
import type { WorkItem } from "../../shared/ports/queue.ts";

interface Stored {
  readonly nowUtc: string;
  /** The run that was going on. */
  readonly going: string;
  readonly rows: Readonly<
    Record<string, readonly { readonly partition: string; readonly key: string; readonly value: unknown }[]>
  >;
  readonly states: Readonly<Record<string, unknown>>;
  /** What was on the drift queue. */
  readonly messages: readonly WorkItem[];
}

export function readStored(version: number): Stored {
  return JSON.parse(readFileSync(new URL(`version${version}.json`, import.meta.url), "utf8")) as Stored;
}

export async function place(
  { ports: { tables, states } }: Pick<Run, "ports">,
  stored: Stored,
): Promise<void> {
  // Tables that this version does not have any more stay in storage, unread.
  for (const [noun, rows] of Object.entries(stored.rows).filter(([noun]) => noun in tables))
    for (const [partition, own] of Map.groupBy(rows, (row) => row.partition))
      await writeRows(
        tables[noun as keyof Tables] as Table<unknown>,
        partition,
        own.map(({ key, value }) => ({ do: "put", key, value })),
      );
  for (const [name, state] of Object.entries(stored.states)) await states.save(name, state);
}
