/**
 * The schema version of all stored data, a number in one row. Data of a newer version are not written; those of an older version
 * are upgraded by `migrate.ts`. Data without the row have version 1. Triggers, health and the command line read it with
 * `readStanding`.
 */
import type { Tables } from "../ports/ports.ts";
import { STEPS, type Step } from "./steps.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly schema: Table<SchemaRow>;
  }
}

/** Partition `schema`, key `stored`; absent in empty storage and in version 1. */
export interface SchemaRow {
  readonly version: number;
  /** A process upgrades to this version: processes of older versions must not write any more. */
  readonly upgradingTo?: number;
  /** When that was announced. */
  readonly noticedAtUtc?: string;
  readonly changedAtUtc: string;
}

export const SCHEMA = { partition: "schema", key: "stored" } as const;

const UNVERSIONED = 1;

/** The schema version that this version of Mooring writes. */
export function newestOf(steps: readonly Step[] = STEPS): number {
  return steps.at(-1)?.to ?? UNVERSIONED;
}

export interface Standing {
  readonly stored: number;
  readonly known: number;
  readonly is: "current" | "older" | "newer";
  /** Set during an upgrade. */
  readonly upgradingTo?: number;
  /** Message for operators if the versions do not match. */
  readonly problem?: string;
}

/** Compares the stored schema version with that of this version; one point read. */
export async function readStanding(
  { schema }: Pick<Tables, "schema">,
  steps: readonly Step[] = STEPS,
): Promise<Standing> {
  const row = await schema.get(SCHEMA.partition, SCHEMA.key);
  return standingOf(row?.value, newestOf(steps));
}

/** Pure. */
export function standingOf(row: Partial<SchemaRow> | undefined, known: number): Standing {
  const { version: stored = UNVERSIONED, upgradingTo: to = stored } = row ?? {};
  const upgradingTo = to > stored ? { upgradingTo: to } : {};
  if (stored <= known && to <= known)
    return { stored, known, is: stored < known ? "older" : "current", ...upgradingTo };
  const what =
    stored > known ? `have schema version ${stored}` : `are being upgraded to schema version ${to}`;
  const problem = `the stored data ${what}, but this version of Mooring supports only ${known}: deploy the newer version again`;
  return { stored, known, is: "newer", ...upgradingTo, problem };
}
