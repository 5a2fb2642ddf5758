/**
 * The form of everything stored, as one number in one row. Data of a newer form than this code knows are not written; those of an older
 * one are upgraded by `migrate.ts`. What is stored by a version of Mooring that kept no number is of form 1. Read through
 * `readStanding` by everybody who wants to know: triggers, health, the command line.
 */
import type { Tables } from "../ports/ports.ts";
import { STEPS, type Step } from "./steps.ts";

/** Partition `schema`, key `stored`; absent while nobody has written one. */
export interface SchemaRow {
  readonly version: number;
  /** Somebody upgrades to this: who knows less must not write from now on. */
  readonly upgradingTo?: number;
  /** When that was announced. */
  readonly noticedAtUtc?: string;
  readonly changedAtUtc: string;
}

export const SCHEMA = { partition: "schema", key: "stored" } as const;

const UNVERSIONED = 1;

/** What this code writes. */
export function newestOf(steps: readonly Step[] = STEPS): number {
  return steps.at(-1)?.to ?? UNVERSIONED;
}

export interface Standing {
  readonly stored: number;
  readonly known: number;
  readonly is: "current" | "older" | "newer";
  /** Set while an upgrade goes on. */
  readonly upgradingTo?: number;
  /** What a person is told if they do not fit. */
  readonly problem?: string;
}

/** How the stored data and this code stand to each other; one point read. */
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
  const what = stored > known ? `are of schema ${stored}` : `are being upgraded to schema ${to}`;
  const problem = `the stored data ${what}, this version of Mooring knows ${known}: deploy the newer version again`;
  return { stored, known, is: "newer", ...upgradingTo, problem };
}
