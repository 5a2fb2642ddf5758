/**
 * The journal: what was written to Azure, why, and how it was before. Written ahead (`intended`) and completed after,
 * so that a crash between the two is visible and resolved by the next run.
 */
import type { Cause, Change } from "./plan.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly journal: Table<JournalEntry>;
  }
}

/** `released`: it left quarantine alive, and nothing was written. */
export type Outcome = "intended" | "applied" | "refused" | "failed" | "unknown" | "released";

/** Partition `all`; key = newest first (`journalKey`). Bodies are in States under `before`/`after` names. */
export interface JournalEntry {
  readonly id: string;
  readonly change: Change;
  readonly cause: Cause;
  readonly policyVersion: string;
  readonly outcome: Outcome;
  readonly why?: string;
  readonly intendedAtUtc: string;
  readonly completedAtUtc?: string;
  readonly beforeState?: string;
  readonly afterState?: string;
}
