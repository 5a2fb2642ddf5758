/** An audit run: its scopes, its progress and its results. */
import type { Counts } from "../severity.ts";
import type { Finding } from "../findings/finding.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly runs: Table<AuditRun>;
    readonly progress: Table<ScopeProgress>;
    readonly trends: Table<TrendRow>;
    readonly usage: Table<UsageRow>;
  }
}

export type { Counts };

export type RunState = "running" | "done" | "failed" | "cancelled";

/** Partition `all`; key = newest first (`runKey`). Its scopes are the rows of its progress. */
export interface AuditRun {
  readonly id: string;
  readonly startedAtUtc: string;
  readonly finishedAtUtc?: string;
  readonly state: RunState;
  /** `system`, or the operator who started it. */
  readonly who: string;
  readonly why: string;
  /** Number of scopes; absent until all their rows are written. */
  readonly scopeCount?: number;
  /** The operator who cancelled it: scopes that have not started are skipped. */
  readonly cancelledBy?: string;
  /** Set at the end: all open findings by severity, without acknowledged and suspected ones. */
  readonly counts?: Counts;
  readonly acknowledged?: number;
  readonly appeared?: number;
  readonly resolved?: number;
  /** Name of the state (`States`) with the unresolved findings at the end; shared with the run before if nothing changed. */
  readonly findingsState?: string;
  /** Destinations that have received its notices. */
  readonly notified?: readonly string[];
}

/** One scope of a run. Partition = run id; key = scope. */
export interface ScopeProgress {
  readonly scope: string;
  readonly state: "waiting" | "running" | "done" | "failed" | "left";
  readonly startedAtUtc?: string;
  readonly finishedAtUtc?: string;
  /** Number of checked subjects. */
  readonly looked?: number;
  /** The most severe ones, as many as fit into a row. */
  readonly appeared?: readonly FindingChange[];
  /** How many more appeared. */
  readonly omitted?: number;
  readonly resolved?: number;
  readonly why?: string;
}

/** A finding that is new, has reopened or has become more severe: the content of a notice. */
export interface FindingChange extends Pick<Finding, "id" | "check" | "severity" | "about"> {
  /** At most 500 characters; the finding has the complete text. */
  readonly message: string;
  readonly cluster?: string;
  readonly what: "new" | "reopened" | "worse";
}

/** Progress of a run, as CLI and dashboard show it. */
export interface AuditProgress {
  readonly run: AuditRun;
  readonly scopes: readonly ScopeProgress[];
  readonly total: number;
  readonly finished: number;
  /** Extrapolated from the finished scopes; absent before the first and after the last one. */
  readonly remainingSeconds?: number;
}

/** Open findings at the end of a day, by check. Partition `all`; key = date (`2026-11-25`). */
export interface TrendRow {
  readonly date: string;
  readonly counts: Counts;
  readonly byCheck: Readonly<Record<string, number>>;
}

/** Maximum of used addresses of a subnet on one day. Partition = canonical subnet id; key = date. */
export interface UsageRow {
  readonly date: string;
  readonly used: number;
  readonly usable: number;
}
