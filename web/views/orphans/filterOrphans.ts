import type { Orphan } from "../../../api/model.ts";
import { hasWords } from "../pls/filterPrivateLinkServices.ts";

export interface OrphanFilter {
  readonly text: string;
  /** `""`: all. */
  readonly kind: string;
  readonly status: string;
  readonly cluster: string;
}

/**
 * `held` takes precedence over `quarantined`, and both over the verdict, because it decides the next step.
 */
export type OrphanStatus = "held" | "quarantined" | "orphan" | "unproved";

export function statusOf({ hold, quarantine, verdict }: Orphan): OrphanStatus {
  if (hold) return "held";
  return quarantine ? "quarantined" : verdict;
}

/** Sorted by deletion time, then by name. */
export function filterOrphans(orphans: readonly Orphan[], filter: OrphanFilter): readonly Orphan[] {
  const shown = orphans.filter(
    (one) =>
      (filter.kind === "" || one.kind === filter.kind) &&
      (filter.status === "" || statusOf(one) === filter.status) &&
      (filter.cluster === "" || one.cluster === filter.cluster) &&
      hasWords([one.name, one.cluster, one.resourceId], filter.text),
  );
  return shown.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}

const LAST = "9999";

function order(orphan: Orphan): string {
  const due = orphan.hold ? LAST : (orphan.quarantine?.deleteAfterUtc ?? LAST);
  return `${due} ${orphan.name} ${orphan.resourceId}`;
}
