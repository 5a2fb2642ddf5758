/** Lifecycle of a finding: its next state when an audit observes it or no longer observes it. Pure. */
import { createHash } from "node:crypto";
import { canonicalId } from "../azure/resourceId.ts";
import type { CheckedDraft } from "./checks.ts";
import { isUnresolved, isWorse, type Finding } from "../findings/finding.ts";

/** Which audit observed which scope, and when it started. */
export interface Observation {
  readonly runId: string;
  readonly scope: string;
  readonly atUtc: string;
  /** When the scope was audited before; absent the first time. */
  readonly beforeUtc?: string;
}

const MINUTE = 60_000;
const ID_DIGITS = 12;

/** The same for the same check and subject, in every audit. */
export function findingId(check: string, about: string): string {
  return createHash("sha256")
    .update(`${check}|${canonicalId(about)}`)
    .digest("hex")
    .slice(0, ID_DIGITS);
}

/** The finding after an audit observed it. */
export function seen(before: Finding | undefined, draft: CheckedDraft, observation: Observation): Finding {
  const now = content(draft, observation);
  if (!before) return begin({ ...now, firstSeenAtUtc: observation.atUtc }, draft, observation);
  const history = {
    firstSeenAtUtc: before.firstSeenAtUtc,
    ...pick(before, "reopened", "reopenedAtUtc", "changed"),
  };
  if (!isUnresolved(before))
    return begin({ ...now, ...history, reopenedAtUtc: observation.atUtc }, draft, observation);
  const worse = isWorse(draft.severity, before.severity);
  const current = { ...now, ...history, ...(!worse && pick(before, "acknowledged")) };
  if (isSuspectedStill(before, draft, observation)) return { ...current, ...pick(before, "opensAtUtc") };
  if (before.opensAtUtc !== undefined) return opened(current, observation);
  return worse ? { ...current, changed: { runId: observation.runId, what: "worse" } } : current;
}

/**
 * The finding after it was observed between audits: open immediately. The next audit that observes it reports it as new or reopened.
 */
export function seenBetween(
  before: Finding | undefined,
  draft: CheckedDraft,
  observation: Omit<Observation, "runId">,
): Finding {
  const now = content(draft, observation);
  const history = before ? pick(before, "reopened", "reopenedAtUtc", "changed") : {};
  const { firstSeenAtUtc = observation.atUtc } = before ?? {};
  const isBack = before !== undefined && !isUnresolved(before);
  if (!before || isBack) {
    const returned = isBack ? { reopenedAtUtc: observation.atUtc } : {};
    return { ...now, firstSeenAtUtc, ...history, ...returned, opensAtUtc: observation.atUtc };
  }
  const acknowledged = isWorse(draft.severity, before.severity) ? {} : pick(before, "acknowledged");
  return { ...now, firstSeenAtUtc, ...history, ...acknowledged, ...pick(before, "opensAtUtc") };
}

/** The finding after an audit no longer observed it; `undefined` if it is not kept. */
export function unseen(
  before: Finding,
  { runId, atUtc, beforeUtc = "" }: Omit<Observation, "scope">,
): Finding | undefined {
  if (!isUnresolved(before)) return before;
  const { opensAtUtc, acknowledged: _, ...rest } = before;
  const lastSeenAtUtc = beforeUtc > before.lastSeenAtUtc ? beforeUtc : before.lastSeenAtUtc;
  const resolved = { ...rest, lastSeenAtUtc, resolvedAtUtc: atUtc };
  if (opensAtUtc === undefined) return { ...resolved, changed: { runId, what: "resolved" } };
  // A suspected finding that settled leaves no trace.
  return before.changed ? resolved : undefined;
}

/** Open immediately, or suspected until the time to settle is over. */
function begin(
  finding: Finding,
  { settlesWithinMinutes = 0 }: CheckedDraft,
  observation: Observation,
): Finding {
  if (settlesWithinMinutes <= 0) return opened(finding, observation);
  const opensAt = Date.parse(observation.atUtc) + settlesWithinMinutes * MINUTE;
  return { ...finding, opensAtUtc: new Date(opensAt).toISOString() };
}

/** New, or reopened if it was open before. */
function opened(finding: Finding, { runId }: Observation): Finding {
  if (!finding.changed) return { ...finding, changed: { runId, what: "new" } };
  return { ...finding, reopened: (finding.reopened ?? 0) + 1, changed: { runId, what: "reopened" } };
}

function isSuspectedStill(
  before: Finding,
  { settlesWithinMinutes = 0 }: CheckedDraft,
  { atUtc }: Observation,
): boolean {
  return before.opensAtUtc !== undefined && before.opensAtUtc > atUtc && settlesWithinMinutes > 0;
}

function content(
  draft: CheckedDraft,
  { scope, atUtc }: Omit<Observation, "runId">,
): Omit<Finding, "firstSeenAtUtc"> {
  const { id: check, settlesWithinMinutes: _, ...texts } = draft;
  return { id: findingId(check, texts.about), check, scope, ...texts, lastSeenAtUtc: atUtc };
}

function pick<Key extends keyof Finding>(finding: Finding, ...keys: Key[]): Pick<Finding, Key> {
  const present = keys.filter((key) => finding[key] !== undefined).map((key) => [key, finding[key]]);
  return Object.fromEntries(present) as Pick<Finding, Key>;
}
