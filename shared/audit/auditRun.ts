/** An audit run: which scopes it covers, how far it is, what it found. */
import type { Finding, Severity } from "../findings/finding.ts";

export type Counts = Readonly<Record<Severity, number>>;

export type RunState = "running" | "done" | "failed" | "cancelled";

/** Partition `all`; key = newest first (`runKey`). Its scopes are the rows of its progress. */
export interface AuditRun {
  readonly id: string;
  readonly startedAtUtc: string;
  readonly finishedAtUtc?: string;
  readonly state: RunState;
  /** `system` or the person who asked. */
  readonly who: string;
  readonly why: string;
  /** How many scopes it has; absent while their rows are being written. */
  readonly scopeCount?: number;
  /** Somebody asked it to stop: scopes that have not begun are left. */
  readonly cancelledBy?: string;
  /** Set when it ends: open findings (acknowledged and suspected ones aside) of everything, by severity. */
  readonly counts?: Counts;
  readonly acknowledged?: number;
  readonly appeared?: number;
  readonly resolved?: number;
  /** Name of the state (`States`) with all open findings as they were when it ended; an unchanged world shares the one before. */
  readonly findingsState?: string;
  /** Who has been told what it found. */
  readonly told?: readonly string[];
}

/** One scope of a run. Partition = run id; key = scope. */
export interface ScopeProgress {
  readonly scope: string;
  readonly state: "waiting" | "running" | "done" | "failed" | "left";
  readonly startedAtUtc?: string;
  readonly finishedAtUtc?: string;
  /** Things looked at. */
  readonly looked?: number;
  /** The most severe of them, as many as a row takes. */
  readonly appeared?: readonly News[];
  /** How many appeared beyond those. */
  readonly untold?: number;
  readonly resolved?: number;
  readonly why?: string;
}

/** What a run would tell others: a finding that is new, has come back, or got worse. */
export interface News extends Pick<Finding, "id" | "check" | "severity" | "about"> {
  /** At most 500 characters: the finding has all of it. */
  readonly message: string;
  readonly cluster?: string;
  readonly what: "new" | "reopened" | "worse";
}

/** How far a run is, for people who wait for it. */
export interface AuditProgress {
  readonly run: AuditRun;
  readonly scopes: readonly ScopeProgress[];
  readonly total: number;
  readonly finished: number;
  /** From the pace so far; absent before the first scope has ended and after the last. */
  readonly remainingSeconds?: number;
}

/** When a scope was last audited whole. Partition `all`; key = scope. */
export interface ScopeRow {
  readonly scope: string;
  readonly auditedAtUtc: string;
  readonly runId: string;
}

/** Open findings at the end of a day, by check. Partition `all`; key = date (`2026-11-25`). */
export interface TrendRow {
  readonly date: string;
  readonly counts: Counts;
  readonly byCheck: Readonly<Record<string, number>>;
}

/** The most used addresses of a subnet on each day. Partition = canonical subnet id; key = date. */
export interface UsageRow {
  readonly date: string;
  readonly used: number;
  readonly usable: number;
}

/** A virtual network that the last complete scan saw. Partition `all`; key = canonical id. */
export interface VnetRow {
  readonly id: string;
  readonly scannedAtUtc: string;
}
