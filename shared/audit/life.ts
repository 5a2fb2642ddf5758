/** A finding's life: what becomes of it when an audit sees it, or does not. Pure. */
import { createHash } from "node:crypto";
import { canonicalId } from "../azure/resourceId.ts";
import type { CheckedDraft } from "./checks.ts";
import { isThere, isWorse, type Finding } from "../findings/finding.ts";

/** Which audit looks, at what, and when it began to look. */
export interface Sight {
  readonly runId: string;
  readonly scope: string;
  readonly atUtc: string;
  /** When the scope was last looked at before; absent the first time. */
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

/** The finding as it is after an audit saw it. */
export function seen(before: Finding | undefined, draft: CheckedDraft, sight: Sight): Finding {
  const now = content(draft, sight);
  if (!before) return begin({ ...now, firstSeenAtUtc: sight.atUtc }, draft, sight);
  const life = {
    firstSeenAtUtc: before.firstSeenAtUtc,
    ...pick(before, "reopened", "reopenedAtUtc", "changed"),
  };
  if (!isThere(before)) return begin({ ...now, ...life, reopenedAtUtc: sight.atUtc }, draft, sight);
  const worse = isWorse(draft.severity, before.severity);
  const known = { ...now, ...life, ...(!worse && pick(before, "acknowledged")) };
  if (isSuspectedStill(before, draft, sight)) return { ...known, ...pick(before, "opensAtUtc") };
  if (before.opensAtUtc !== undefined) return opened(known, sight);
  return worse ? { ...known, changed: { runId: sight.runId, what: "worse" } } : known;
}

/**
 * The finding as it is after it was seen between audits: open at once, and the next audit that sees it reports it as new, or as one that
 * came back.
 */
export function seenBetween(
  before: Finding | undefined,
  draft: CheckedDraft,
  sight: Omit<Sight, "runId">,
): Finding {
  const now = content(draft, sight);
  const life = before ? pick(before, "reopened", "reopenedAtUtc", "changed") : {};
  const { firstSeenAtUtc = sight.atUtc } = before ?? {};
  const isBack = before !== undefined && !isThere(before);
  if (!before || isBack) {
    const returned = isBack ? { reopenedAtUtc: sight.atUtc } : {};
    return { ...now, firstSeenAtUtc, ...life, ...returned, opensAtUtc: sight.atUtc };
  }
  const known = isWorse(draft.severity, before.severity) ? {} : pick(before, "acknowledged");
  return { ...now, firstSeenAtUtc, ...life, ...known, ...pick(before, "opensAtUtc") };
}

/** The finding as it is after an audit did not see it any more; `undefined` if nothing shall be kept of it. */
export function unseen(
  before: Finding,
  { runId, atUtc, beforeUtc = "" }: Omit<Sight, "scope">,
): Finding | undefined {
  if (!isThere(before)) return before;
  const { opensAtUtc, acknowledged: _, ...rest } = before;
  const lastSeenAtUtc = beforeUtc > before.lastSeenAtUtc ? beforeUtc : before.lastSeenAtUtc;
  const resolved = { ...rest, lastSeenAtUtc, resolvedAtUtc: atUtc };
  if (opensAtUtc === undefined) return { ...resolved, changed: { runId, what: "resolved" } };
  // A suspicion that settled by itself: as if it had never been.
  return before.changed ? resolved : undefined;
}

/** Open at once, or suspected until it had the time to settle. */
function begin(finding: Finding, { settlesWithinMinutes = 0 }: CheckedDraft, sight: Sight): Finding {
  if (settlesWithinMinutes <= 0) return opened(finding, sight);
  const opensAt = Date.parse(sight.atUtc) + settlesWithinMinutes * MINUTE;
  return { ...finding, opensAtUtc: new Date(opensAt).toISOString() };
}

/** Whatever was open before has come back. */
function opened(finding: Finding, { runId }: Sight): Finding {
  if (!finding.changed) return { ...finding, changed: { runId, what: "new" } };
  return { ...finding, reopened: (finding.reopened ?? 0) + 1, changed: { runId, what: "reopened" } };
}

function isSuspectedStill(
  before: Finding,
  { settlesWithinMinutes = 0 }: CheckedDraft,
  { atUtc }: Sight,
): boolean {
  return before.opensAtUtc !== undefined && before.opensAtUtc > atUtc && settlesWithinMinutes > 0;
}

function content(
  draft: CheckedDraft,
  { scope, atUtc }: Omit<Sight, "runId">,
): Omit<Finding, "firstSeenAtUtc"> {
  const { id: check, settlesWithinMinutes: _, ...said } = draft;
  return { id: findingId(check, said.about), check, scope, ...said, lastSeenAtUtc: atUtc };
}

function pick<Key extends keyof Finding>(finding: Finding, ...keys: Key[]): Pick<Finding, Key> {
  const known = keys.filter((key) => finding[key] !== undefined).map((key) => [key, finding[key]]);
  return Object.fromEntries(known) as Pick<Finding, Key>;
}
