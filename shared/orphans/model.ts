/** An orphan on its way out. Partition `all`; key = canonical resource id. */
import type { Evidence } from "../changes/plan.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly quarantine: Table<Quarantined>;
    readonly holds: Table<Hold>;
  }
}

/** `rule`: a load-balancing rule, or a probe without rules, of a deleted Service on a load balancer where others live. */
export type OrphanKind = (typeof ORPHAN_KINDS)[number];
export const ORPHAN_KINDS = ["loadBalancer", "frontend", "rule", "pls", "connection"] as const;

/** A resource that a person keeps, whatever is proved of it. Partition `all`; key = canonical resource id. */
export interface Hold {
  readonly resourceId: string;
  readonly who: string;
  readonly why: string;
  readonly sinceUtc: string;
}

export interface Quarantined {
  readonly resourceId: string;
  readonly kind: OrphanKind;
  readonly cluster: string;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  readonly quarantinedAtUtc: string;
  /** Not before this time may it be deleted; in quarantine since `quarantinedAtUtc`. */
  readonly deleteAfterUtc: string;
  readonly lastProvedAtUtc: string;
  /** What it was judged on; if that changes, the grace period begins again. */
  readonly subject: string;
  /** Newest number issued to the cluster when Azure had been read: only what the cluster confirms under a later one is newer. */
  readonly sequence: number;
  /** True once a sweep found that the cluster sent a list after Azure was read: the grace period began with that sweep. */
  readonly isConfirmed?: boolean;
  /** True if `sequence` was noted after the grace period was over; until then another list of the cluster is requested. */
  readonly isFinal?: boolean;
  /** When its delete failed last. */
  readonly failedAtUtc?: string;
  /** uid of the cluster's identity when its lists proved it; another one proves something else. */
  readonly identity?: string;
  /** When an operator or a first list bound it; if it is bound again, the grace period begins again. */
  readonly boundAtUtc?: string;
  /** Of a resource whose Service lives: if it is written, the grace period begins again. */
  readonly version?: string;
}

/** True once its grace period is over. Pure. */
export function isDueAt({ deleteAfterUtc }: Quarantined, nowUtc: string): boolean {
  return deleteAfterUtc <= nowUtc;
}

/** True until its cluster sent a list after Azure was read: the grace period begins then. Pure. */
export function awaitsFirstReport({ evidence, isConfirmed }: Quarantined): boolean {
  return !isConfirmed && evidence.some(({ source }) => source === "Kubernetes");
}
