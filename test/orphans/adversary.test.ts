/** Whatever happens to an estate, in whatever order: nothing alive is ever deleted, and what is truly orphaned goes in the end. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import { applyPolicy } from "../../shared/applyPolicy.ts";
import { crashAt } from "../memory/crashing.ts";
import type { MemoryRun } from "../memory/run.ts";
import { Estate } from "./estate.ts";

/** `npm run soak` plays many more. A failure prints its seed and path: fc.assert takes them to play it again. */
const SCHEDULES = Number(process.env["MOORING_SCHEDULES"] ?? 1500);
const HOUR = 3600;
const GRACE_HOURS = 6;

const which = fc.nat({ max: 20 });
const step = fc.oneof(
  fc.record({ do: fc.constant("make" as const), which, link: fc.boolean(), heard: fc.boolean() }),
  fc.record({ do: fc.constant("end" as const), which, cleaned: fc.boolean() }),
  fc.record({ do: fc.constant("revive" as const), which, heard: fc.boolean() }),
  fc.record({ do: fc.constant("withdraw" as const), which }),
  fc.record({
    do: fc.constant("consumer" as const),
    which,
    status: fc.constantFrom("Approved" as const, "Disconnected" as const),
  }),
  fc.record({ do: fc.constant("snapshot" as const), which, lie: fc.boolean() }),
  // A reader that is broken for a while: each list is complete, fresh, and far too short.
  fc.record({ do: fc.constant("lies" as const), which, rounds: fc.integer({ min: 2, max: 5 }) }),
  fc.record({ do: fc.constant("deleteCluster" as const), which }),
  fc.record({ do: fc.constant("unreadable" as const), calls: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant("wait" as const), hours: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ do: fc.constant("sweep" as const), dieAt: fc.option(fc.nat({ max: 60 }), { nil: Infinity }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const item = { what: "orphans", id: "all", why: "test", seenAtUtc: "", correlationId: "c" };

async function sweep({ run }: Estate, dieAt = Infinity): Promise<void> {
  const mortal = crashAt(run, dieAt, "before");
  const writer = mortal.run.ports.resources as MemoryRun["resources"];
  await sweepOrphans(mortal.run, createApply(writer), item).catch(() => undefined);
}

async function take(estate: Estate, one: Step): Promise<unknown> {
  switch (one.do) {
    case "make":
      return estate.make(one.which, one.link, one.heard);
    case "end":
      return estate.end(one.which, one.cleaned);
    case "revive":
      return estate.revive(one.which, one.heard);
    case "withdraw":
      return estate.withdrawLink(one.which);
    case "consumer":
      return estate.consumer(one.which, one.status);
    case "snapshot":
      return estate.snapshot(one.which, one.lie);
    case "lies":
      for (let round = 0; round < one.rounds; round += 1) {
        await estate.snapshot(one.which, true);
        await sweep(estate);
        estate.run.clock.advance(4 * HOUR);
      }
      return undefined;
    case "deleteCluster":
      return one.which > 17 ? estate.deleteCluster(one.which) : undefined;
    case "unreadable":
      return estate.run.resources.calls.failNext(new Error("403"), { method: "read", times: one.calls });
    case "wait":
      return estate.run.clock.advance(one.hours * HOUR);
    case "sweep":
      return sweep(estate, one.dieAt);
  }
}

async function begin(): Promise<Estate> {
  const estate = new Estate();
  await estate.begin(["one", "two"]);
  await applyPolicy(estate.run, {
    modes: { sweep: "enforce" },
    sweepGraceSeconds: GRACE_HOURS * HOUR,
    maxDeletesPerRun: 1000,
    maxDeletesPerDay: 1000,
    maxDeletePercent: 100,
  });
  for (const n of [0, 0, 1, 1, 1]) await estate.make(n, n === 0, true);
  for (const n of [0, 1]) await estate.snapshot(n, false);
  estate.run.clock.advance(HOUR);
  return estate;
}

/** Everything is well again: complete lists, no faults, time. */
async function calm(estate: Estate): Promise<void> {
  estate.run.resources.calls.heal();
  for (let hour = 0; hour < 9 * 24; hour += 8) {
    estate.run.clock.advance(8 * HOUR);
    for (const n of [0, 1]) await estate.snapshot(n, false);
    await sweep(estate);
  }
}

test("no schedule makes Mooring delete what is alive, and every true orphan goes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const estate = await begin();
      for (const one of steps) await take(estate, one);
      expect(estate.crimes).toEqual([]);
      await calm(estate);
      expect(estate.crimes).toEqual([]);
      expect(estate.trueOrphans()).toEqual([]);
    }),
    { numRuns: SCHEDULES },
  );
}, 1_200_000);
