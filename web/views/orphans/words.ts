import type { Orphan, SweepOutcome } from "../../../api/model.ts";
import { sentence } from "../../ui/words.ts";
import type { OrphanStatus } from "./filterOrphans.ts";

export const KINDS: Readonly<Record<Orphan["kind"], string>> = {
  loadBalancer: "Load balancer",
  frontend: "Frontend",
  rule: "Rule or probe",
  pls: "Private Link Service",
  connection: "Endpoint connection",
};

/**
 * A sentence for each subscription that could not be read, and for each cluster that must confirm before
 * its orphans are deleted.
 */
export function leftOutSentences({
  awaited = [],
  unreadable = [],
  applied,
}: Partial<SweepOutcome>): readonly string[] {
  const next = applied ? " Mooring requested a list from the cluster; sweep again in about 30 seconds." : "";
  return [
    ...unreadable.map(unreadableSentence),
    ...awaited.map(
      (cluster) => `Orphans of cluster ${cluster} are due, but the cluster must confirm them first.${next}`,
    ),
  ];
}

export function unreadableSentence(subscription: string): string {
  return `Subscription ${subscription} could not be read: its orphans are neither evaluated nor deleted. Run mooring doctor to find the cause.`;
}

interface Meaning {
  readonly tone: "error" | "warn" | "info" | "good" | "quiet";
  readonly text: string;
  readonly means: string;
}

export const STATUSES: Readonly<Record<OrphanStatus, Meaning>> = {
  quarantined: {
    tone: "warn",
    text: "In quarantine",
    means: "Confirmed orphan. Mooring re-verifies it after the grace period before deleting it.",
  },
  orphan: {
    tone: "warn",
    text: "Orphan",
    means: "Confirmed orphan. The next sweep puts it into quarantine, which starts the grace period.",
  },
  unproved: {
    tone: "info",
    text: "Unverified",
    means: "Possible orphan, but the evidence is incomplete. Mooring does not delete it.",
  },
  held: {
    tone: "good",
    text: "Held",
    means: "An operator excluded it from deletion until the hold is released.",
  },
};

/** The most important statement: evidence against, missing evidence, or evidence for. */
export function reasonOf({ hold, against, missing, for: proofs }: Orphan): string {
  if (hold) return `${hold.who}: ${hold.why}`;
  return sentence(against[0] ?? missing[0] ?? proofs[0]?.says ?? "");
}
