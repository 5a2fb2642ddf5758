/**
 * The schema version of all stored data, a number in one row, written when the app first uses empty storage. Data of another
 * version are neither used nor changed. Triggers, health, the doctor and the command line read it with `readSchemaStatus`.
 */
import type { Tables } from "../ports/ports.ts";
import type { Table } from "../ports/table.ts";
import { waitForAll } from "../core/waitForAll.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly schema: Table<SchemaRow>;
  }
}

/** Partition `schema`, key `stored`; absent in empty storage. Every later version must be able to read `version`. */
interface SchemaRow {
  readonly version: number;
  readonly changedAtUtc: string;
}

export const SCHEMA = { partition: "schema", key: "stored" } as const;

/**
 * The schema version that this version of Mooring reads and writes. Lower ones, and data without the row, are of development
 * versions that were never released; 3 is kept so that their data are recognised as older.
 */
export const SCHEMA_VERSION = 3;

export interface SchemaStatus {
  /** The version in the row; absent without one. */
  readonly stored?: number;
  readonly known: number;
  readonly is: "current" | "empty" | "older" | "newer";
  /** Message for operators if the stored data cannot be used. */
  readonly problem?: string;
}

type Read = Pick<Tables, "schema" | "clusters" | "policies" | "vnets" | "runs">;

/** Compares the stored schema version with that of this version: one point read, unless there is no row. */
export async function readSchemaStatus(tables: Read, known: number = SCHEMA_VERSION): Promise<SchemaStatus> {
  const row = await readRow(tables);
  if (!row && (await isEmpty(tables))) return { known, is: "empty" };
  // Another process may have initialised and used the storage since the first read.
  return schemaStatusOf((row ?? (await readRow(tables)))?.value.version, known);
}

function readRow({ schema }: Read) {
  return schema.get(SCHEMA.partition, SCHEMA.key);
}

/** True if there is no registered cluster, policy, scan or audit: one of them exists in any used storage. */
async function isEmpty({ clusters, policies, vnets, runs }: Read): Promise<boolean> {
  const rows = [clusters.list("all"), policies.list("policy"), vnets.list("all"), runs.list("all")].map(
    async (rows: AsyncIterable<unknown>) => (await rows[Symbol.asyncIterator]().next()).done === true,
  );
  return (await waitForAll(rows)).every(Boolean);
}

/** The status of storage that has data. Pure. */
export function schemaStatusOf(stored: number | undefined, known: number): SchemaStatus {
  if (stored === known) return { stored, known, is: "current" };
  if (stored !== undefined && stored > known)
    return {
      stored,
      known,
      is: "newer",
      problem: `the stored data have schema version ${stored}, but this version of Mooring supports only ${known}: deploy the newer version again`,
    };
  const what = stored === undefined ? "no schema version" : `schema version ${stored}`;
  return {
    ...(stored !== undefined && { stored }),
    known,
    is: "older",
    problem: `the stored data have ${what} and are of a version of Mooring that was never released; this version supports only ${known}: use another storage account, or delete the tables with az storage table delete, and register the clusters again`,
  };
}
