/**
 * The journal: each write to Azure with its reason and the state before. An entry is written before the
 * change (`intended`) and completed after it, so that the next run finds and resolves a crash in between.
 */
import type { Cause, Change } from "./plan.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly journal: Table<JournalEntry>;
  }
}

/** `released`: the resource left quarantine without being deleted; nothing was written. */
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
