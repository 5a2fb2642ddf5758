import type { Orphan } from "../../../api/model.ts";
import { hasWords } from "../pls/filterPrivateLinkServices.ts";

export interface OrphanFilter {
  readonly text: string;
  /** `""`: all. */
  readonly kind: string;
  readonly standing: string;
  readonly cluster: string;
}

/** `held` beats `quarantined` beats the bare verdict: it is what decides what happens next. */
export type Standing = "held" | "quarantined" | "orphan" | "unproved";

export function standingOf({ hold, quarantine, verdict }: Orphan): Standing {
  if (hold) return "held";
  return quarantine ? "quarantined" : verdict;
}

/** Those that are deleted soonest first, then by name. */
export function filterOrphans(orphans: readonly Orphan[], filter: OrphanFilter): readonly Orphan[] {
  const shown = orphans.filter(
    (one) =>
      (filter.kind === "" || one.kind === filter.kind) &&
      (filter.standing === "" || standingOf(one) === filter.standing) &&
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
