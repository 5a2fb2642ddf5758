import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CheckedDraft } from "../../shared/audit/checks.ts";
import { isUnresolved, stateOf, type Finding } from "../../shared/findings/finding.ts";
import { findingId, seen, unseen } from "../../shared/audit/lifecycle.ts";

const SCOPE = "subscription:x";
const at = (minutes: number) => new Date(Date.UTC(2026, 10, 23, 12, minutes)).toISOString();
const sight = (minutes: number) => ({ runId: `run-${minutes}`, scope: SCOPE, atUtc: at(minutes) });
const draft = (some: Partial<CheckedDraft> = {}): CheckedDraft => ({
  id: "pls-missing",
  severity: "warning",
  about: "/Subscriptions/X",
  message: "m",
  advice: "a",
  ...some,
});

/** What audits saw, one each ten minutes: a draft, or nothing. */
function live(...sights: (CheckedDraft | undefined)[]): Finding | undefined {
  return sights.reduce<Finding | undefined>((finding, one, n) => {
    if (one) return seen(finding, one, sight(n * 10));
    return finding && unseen(finding, { ...sight(n * 10), beforeUtc: at(n * 10 - 10) });
  }, undefined);
}

describe("lifecycle of a finding", () => {
  const settling = draft({ settlesWithinMinutes: 15 });
  const id = findingId("pls-missing", "/subscriptions/x");
  const base = { id, check: "pls-missing", scope: SCOPE, severity: "warning", about: "/Subscriptions/X" };
  const said = { message: "m", advice: "a" };

  test.each<[string, (CheckedDraft | undefined)[], Partial<Finding> | undefined]>([
    [
      "seen",
      [draft()],
      { firstSeenAtUtc: at(0), lastSeenAtUtc: at(0), changed: { runId: "run-0", what: "new" } },
    ],
    [
      "seen again",
      [draft(), draft()],
      { firstSeenAtUtc: at(0), lastSeenAtUtc: at(10), changed: { runId: "run-0", what: "new" } },
    ],
    [
      "gone",
      [draft(), draft(), undefined],
      {
        firstSeenAtUtc: at(0),
        lastSeenAtUtc: at(10),
        resolvedAtUtc: at(20),
        changed: { runId: "run-20", what: "resolved" },
      },
    ],
    [
      "gone for long",
      [draft(), undefined, undefined],
      {
        firstSeenAtUtc: at(0),
        lastSeenAtUtc: at(0),
        resolvedAtUtc: at(10),
        changed: { runId: "run-10", what: "resolved" },
      },
    ],
    [
      "come back, twice",
      [draft(), undefined, draft(), undefined, draft()],
      {
        firstSeenAtUtc: at(0),
        lastSeenAtUtc: at(40),
        reopened: 2,
        reopenedAtUtc: at(40),
        changed: { runId: "run-40", what: "reopened" },
      },
    ],
    [
      "worse",
      [draft(), draft({ severity: "error" })],
      {
        severity: "error",
        firstSeenAtUtc: at(0),
        lastSeenAtUtc: at(10),
        changed: { runId: "run-10", what: "worse" },
      },
    ],
    [
      "less severe is not reported",
      [draft(), draft({ severity: "info" })],
      {
        severity: "info",
        firstSeenAtUtc: at(0),
        lastSeenAtUtc: at(10),
        changed: { runId: "run-0", what: "new" },
      },
    ],
    [
      "suspected, and not reported yet",
      [settling, settling],
      { firstSeenAtUtc: at(0), lastSeenAtUtc: at(10), opensAtUtc: at(15) },
    ],
    [
      "suspected, and open because it persists",
      [settling, settling, settling],
      { firstSeenAtUtc: at(0), lastSeenAtUtc: at(20), changed: { runId: "run-20", what: "new" } },
    ],
    ["suspected, and not observed again: it is removed", [settling, undefined], undefined],
    [
      "suspected, then sure",
      [settling, draft()],
      { firstSeenAtUtc: at(0), lastSeenAtUtc: at(10), changed: { runId: "run-10", what: "new" } },
    ],
    [
      "reopened, but only suspected",
      [draft(), undefined, settling],
      {
        firstSeenAtUtc: at(0),
        lastSeenAtUtc: at(20),
        opensAtUtc: at(35),
        reopenedAtUtc: at(20),
        changed: { runId: "run-10", what: "resolved" },
      },
    ],
    [
      "reopened, suspected, and settled: resolved as before, and not reported",
      [draft(), undefined, settling, undefined],
      {
        firstSeenAtUtc: at(0),
        lastSeenAtUtc: at(20),
        resolvedAtUtc: at(30),
        reopenedAtUtc: at(20),
        changed: { runId: "run-10", what: "resolved" },
      },
    ],
    [
      "reopened, and open because it persists",
      [draft(), undefined, settling, settling, settling],
      {
        firstSeenAtUtc: at(0),
        lastSeenAtUtc: at(40),
        reopened: 1,
        reopenedAtUtc: at(20),
        changed: { runId: "run-40", what: "reopened" },
      },
    ],
  ])("%s", (_, sights, expected) => {
    expect(live(...sights)).toEqual(expected && { ...base, ...said, ...expected });
  });

  const acknowledged = { who: "me", reason: "known", atUtc: at(1), untilUtc: at(1000) };
  const known = (): Finding => ({ ...seen(undefined, draft(), sight(0)), acknowledged });

  test("an acknowledgement is kept, and ends when the finding becomes more severe or is resolved", () => {
    expect(seen(known(), draft({ message: "other" }), sight(10)).acknowledged).toEqual(acknowledged);
    expect(seen(known(), draft({ severity: "info" }), sight(10)).acknowledged).toEqual(acknowledged);
    expect(seen(known(), draft({ severity: "error" }), sight(10)).acknowledged).toBeUndefined();
    expect(unseen(known(), sight(10))?.acknowledged).toBeUndefined();
  });

  test("an acknowledgement of what is only suspected outlives the suspicion, and ends when it gets worse", () => {
    const suspected = { ...seen(undefined, settling, sight(0)), acknowledged };
    const still = seen(suspected, settling, sight(10));
    expect(still.acknowledged).toEqual(acknowledged);
    expect(seen(still, settling, sight(20))).toMatchObject({ acknowledged, changed: { what: "new" } });
    expect(seen(still, { ...settling, severity: "error" }, sight(12)).acknowledged).toBeUndefined();
    expect(seen(still, { ...settling, severity: "error" }, sight(20)).acknowledged).toBeUndefined();
  });

  test("its id does not depend on the case of its subject", () => {
    expect(findingId("a", "/X")).toBe(findingId("a", "/x"));
    expect(findingId("a", "/x")).toMatch(/^[0-9a-f]{12}$/);
    expect(findingId("a", "/x")).not.toBe(findingId("b", "/x"));
  });
});

const anySight = fc.option(
  fc.record({
    severity: fc.constantFrom("error" as const, "warning" as const, "info" as const),
    settlesWithinMinutes: fc.constantFrom(0, 5, 15, 35),
  }),
  { nil: undefined },
);

test("any audits: unresolved iff seen last, first seen at the first observation, the same after a repeated audit", () => {
  fc.assert(
    fc.property(fc.array(anySight, { minLength: 1, maxLength: 12 }), (sights) => {
      const drafts = sights.map((one) => one && draft(one));
      const finding = live(...drafts);
      const last = drafts.at(-1);
      expect(finding !== undefined && isUnresolved(finding)).toBe(last !== undefined);
      const nowUtc = at((drafts.length - 1) * 10);
      if (finding && isUnresolved(finding)) {
        // A suspicion that was not observed again is not recorded.
        expect(finding.firstSeenAtUtc >= at(drafts.findIndex(Boolean) * 10)).toBe(true);
        expect(finding.firstSeenAtUtc <= finding.lastSeenAtUtc).toBe(true);
        expect(stateOf(finding, nowUtc)).toBe(finding.opensAtUtc ? "suspected" : "open");
      }
      const again = last
        ? seen(finding, last, sight((drafts.length - 1) * 10))
        : finding && unseen(finding, sight((drafts.length - 1) * 10));
      expect(again).toEqual(finding);
    }),
  );
});
