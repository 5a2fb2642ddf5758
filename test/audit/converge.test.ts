/** After any failures of earlier audits, a clean audit leaves the same findings as a first audit. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { acknowledge } from "../../shared/audit/acknowledge.ts";
import { isUnresolved } from "../../shared/findings/finding.ts";
import { cancelAudit, listRuns } from "../../shared/audit/runs.ts";
import { AuditEstate, NAMES, type Look } from "../builders/auditEstate.ts";

const look = fc.constantFrom<Look>("declared", "visible", "approving", "both", "gone");
const looks = fc.record({ one: look, two: look, three: look });
const name = fc.constantFrom(...NAMES);

const action = fc.oneof(
  fc.record({ do: fc.constant("look" as const), looks }),
  fc.record({ do: fc.constant("timer" as const) }),
  fc.record({
    do: fc.constant("deliver" as const),
    which: fc.nat(30),
    keep: fc.boolean(),
    crashAtCall: fc.option(fc.nat(60), { nil: undefined }),
    how: fc.constantFrom("before" as const, "after" as const),
  }),
  fc.record({ do: fc.constant("lose" as const), which: fc.nat(30) }),
  fc.record({ do: fc.constant("readable" as const), name, isSo: fc.boolean() }),
  fc.record({ do: fc.constant("cancel" as const) }),
  fc.record({ do: fc.constant("acknowledge" as const), which: fc.nat(5) }),
  fc.record({ do: fc.constant("wait" as const), minutes: fc.integer({ min: 1, max: 300 }) }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const DO: {
  [Kind in Action["do"]]: (estate: AuditEstate, action: Extract<Action, { do: Kind }>) => unknown;
} = {
  look: (estate, { looks }) => estate.look(looks),
  timer: (estate) => estate.timer(),
  deliver: (estate, { which, keep, crashAtCall, how }) => {
    const message = estate.messages[which % Math.max(estate.messages.length, 1)];
    return (
      message && estate.deliver(message, { keep, how, ...(crashAtCall !== undefined && { crashAtCall }) })
    );
  },
  lose: (estate, { which }) => estate.messages.splice(which % Math.max(estate.messages.length, 1), 1),
  readable: (estate, { name, isSo }) => estate.unreadable(name, !isSo),
  cancel: async ({ run }) => {
    const [newest] = await listRuns(run, 1);
    return newest && cancelAudit(run, newest.id, "me");
  },
  acknowledge: async ({ run }, { which }) => {
    const there = run.tables.findings.all().filter(isUnresolved);
    const finding = there[which % Math.max(there.length, 1)];
    const untilUtc = new Date(run.now().getTime() + 3_600_000).toISOString();
    return finding && acknowledge(run, finding.id, { who: "me", reason: "known", untilUtc });
  },
  wait: ({ run }, { minutes }) => run.clock.advance(minutes * 60),
};

/** A complete audit of a readable world, after leases of crashed workers and unfinished runs have ended. */
async function cleanAudit(estate: AuditEstate): Promise<void> {
  for (const name of NAMES) estate.unreadable(name, false);
  estate.run.clock.advance(4 * 3600);
  estate.timer();
  await estate.drain();
}

/** What is there, and whether it is sure: since when and how it came depends on what was before. */
function there(estate: AuditEstate) {
  const facts = estate
    .findings()
    .map(({ id, check, scope, severity, about, message, advice, declared, actual }) => {
      return { id, check, scope, severity, about, message, advice, declared, actual };
    });
  return facts.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

test("whatever happened before", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), looks, async (actions, last) => {
      const estate = await AuditEstate.create();
      const firstSights = new Map<string, string>();
      for (const one of actions) {
        await DO[one.do](estate, one as never);
        for (const { id } of estate.findings())
          if (!firstSights.has(id)) firstSights.set(id, estate.run.clock.nowUtc);
      }
      estate.look(last);
      await cleanAudit(estate);
      const fresh = await AuditEstate.create();
      fresh.look(last);
      fresh.run.clock.nowUtc = estate.run.clock.nowUtc;
      await cleanAudit(fresh);
      expect(there(estate)).toEqual(there(fresh));
      const [run] = await listRuns(estate.run, 1);
      expect(run).toMatchObject({ state: "done" });
      // All that ever began has ended: nothing is left running behind.
      expect((await listRuns(estate.run, 100)).filter(({ state }) => state === "running")).toEqual([]);
      for (const { id, firstSeenAtUtc, opensAtUtc, changed } of estate.findings())
        if (changed !== undefined && opensAtUtc === undefined)
          expect(firstSeenAtUtc <= (firstSights.get(id) ?? firstSeenAtUtc)).toBe(true);
    }),
    { numRuns: 150 },
  );
});
