import type { Orphan, SweepOutcome } from "../../../api/model.ts";
import type { Standing } from "./filterOrphans.ts";

export const KINDS: Readonly<Record<Orphan["kind"], string>> = {
  loadBalancer: "Load balancer",
  frontend: "Frontend",
  rule: "Rule or probe",
  pls: "Private Link Service",
  connection: "Connection",
};

/** One sentence for each subscription that could not be read, and for each cluster that has to confirm before its orphans are deleted. */
export function leftOutSentences({
  awaited = [],
  unreadable = [],
  applied,
}: Partial<SweepOutcome>): readonly string[] {
  const next = applied ? " Mooring requested a list from it; sweep again in about 30 seconds." : "";
  return [
    ...unreadable.map(
      (subscription) =>
        `Subscription ${subscription} could not be read: its orphans are neither judged nor deleted. The doctor shows the cause.`,
    ),
    ...awaited.map(
      (cluster) => `Orphans of cluster ${cluster} are due, but the cluster must confirm them again.${next}`,
    ),
  ];
}

interface Meaning {
  readonly tone: "error" | "warn" | "info" | "good" | "quiet";
  readonly text: string;
  readonly means: string;
}

export const STANDINGS: Readonly<Record<Standing, Meaning>> = {
  quarantined: {
    tone: "warn",
    text: "In quarantine",
    means:
      "It is proved that nobody owns it. It waits out its grace, and is proved once more before it may be deleted.",
  },
  orphan: {
    tone: "warn",
    text: "Orphan",
    means:
      "It is proved that nobody owns it. The next sweep puts it into quarantine, where its grace begins.",
  },
  unproved: {
    tone: "info",
    text: "Unproved",
    means: "No living Service accounts for it, but that is not proved: it is left alone.",
  },
  held: {
    tone: "good",
    text: "Held",
    means: "Somebody keeps it: nothing is done to it until the hold is taken back.",
  },
};

/** In a line, what matters most: what speaks against it, what is missing, or what proves it. */
export function because({ hold, against, missing, for: proofs }: Orphan): string {
  if (hold) return `${hold.who}: ${hold.why}`;
  return against[0] ?? missing[0] ?? proofs[0]?.says ?? "";
}
