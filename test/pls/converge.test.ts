/**
 * After any crashes of workers, and with events in any order, the PLS ends as declared, and the journal has
 * every write.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { resolveDangling } from "../../shared/changes/dangling.ts";
import { NotYet } from "../../shared/core/errors.ts";
import { receiveEvent } from "../../shared/events/receive.ts";
import { pollPrivateLinkServices } from "../../shared/pls/poll.ts";
import { reconcilePls } from "../../shared/pls/reconcilePls.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { confirmNow, reconcileConfirmed } from "../builders/reports.ts";
import { cluster, connection, declared, intent, pls, plsIntent, PARTNER } from "../builders/world.ts";
import { crashAt, Crashed } from "../memory/crashing.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const ID = pls().id;
const item = (run: MemoryRun) => ({
  what: "pls",
  id: ID,
  why: "event",
  seenAtUtc: run.clock.nowUtc,
  correlationId: "c",
});

/** Azure: lists match the raw resources. */
function look(run: MemoryRun): void {
  const { properties } = run.resources.bodyOf(ID) as any;
  const state = (run.resources.bodyOf(connection().id) as any).properties.privateLinkServiceConnectionState;
  run.network.allPrivateLinkServices = [
    pls({
      visibility: properties.visibility.subscriptions,
      autoApproval: properties.autoApproval.subscriptions,
      connections: [connection(state)],
    }),
  ];
}

function azureSets(run: MemoryRun, visibility: readonly string[]): void {
  run.resources.place(ID, {
    tags: { ...pls().tags },
    properties: {
      provisioningState: "Succeeded",
      visibility: { subscriptions: [...visibility] },
      autoApproval: { subscriptions: [] },
    },
  });
  look(run);
}

/** The Service declares it, and its cluster confirms that. */
async function declare(run: MemoryRun, visibility: readonly string[]): Promise<void> {
  const asked = plsIntent({ visibility, autoApproval: [SUBSCRIPTION] });
  const value = declared({ intent: intent({ pls: asked }), observedAtUtc: run.clock.nowUtc });
  await run.tables.declarations.transact("one", [{ do: "put", key: "shop/web", value }]);
  await confirmNow(run);
}

async function start(): Promise<MemoryRun> {
  const run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await applyPolicy(run, { privateLinkServices: { maxRepairsPerHour: 1000 } });
  run.resources.place(connection().id, {
    properties: {
      provisioningState: "Succeeded",
      privateLinkServiceConnectionState: { status: "Pending", description: "" },
    },
  });
  await declare(run, [SUBSCRIPTION, PARTNER]);
  azureSets(run, ["*"]);
  // Seen once, and confirmed since: the next one may write.
  await tolerant(reconcilePls(run, createApply(run.resources), item(run)));
  await confirmNow(run);
  run.resources.calls.calls.length = 0;
  return run;
}

const outcomes = (run: MemoryRun) => run.tables.journal.all().map(({ outcome }) => outcome);

function expectEnd(run: MemoryRun, visibility: readonly string[]): void {
  const { properties } = run.resources.bodyOf(ID) as any;
  // Subscriptions are a set.
  expect(properties.visibility.subscriptions.toSorted()).toEqual(visibility.toSorted());
  expect(properties.autoApproval.subscriptions).toEqual([SUBSCRIPTION]);
  expect(run.resources.bodyOf(connection().id)).toMatchObject({
    properties: { privateLinkServiceConnectionState: { status: "Approved" } },
  });
  expect(outcomes(run)).not.toContain("intended");
}

async function tolerant(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    // After a change that was written, what the next one threw is in the text.
    const isCrash = error instanceof Error && error.message.includes(new Crashed().message);
    if (!(isCrash || error instanceof NotYet)) throw error;
  });
}

/** A connection is written only after the cluster confirmed the declaration since its Private Link Service was written. */
async function reconcileTwice(run: MemoryRun, worker: ReturnType<typeof crashAt>["run"]): Promise<void> {
  const apply = createApply(worker.ports.resources as MemoryRun["resources"]);
  await tolerant(reconcilePls(worker, apply, item(run)));
  look(run);
  await confirmNow(run);
  await tolerant(reconcilePls(worker, apply, item(run)));
}

describe("a worker that dies at any call of any port", () => {
  test.each(["before", "after"] as const)("%s the call leaves what the next one finishes", async (how) => {
    const calmly = await start();
    const calm = crashAt(calmly, Infinity, "before");
    await reconcileTwice(calmly, calm.run);
    expectEnd(calmly, [SUBSCRIPTION, PARTNER]);
    expect(calm.calls()).toBeGreaterThan(20);
    for (let nth = 0; nth < calm.calls(); nth += 1) {
      const run = await start();
      const mortal = crashAt(run, nth, how);
      await reconcileTwice(run, mortal.run);
      look(run);
      // Longer than any lease; the cluster reports in the meantime.
      run.clock.advance(1000);
      await declare(run, [SUBSCRIPTION, PARTNER]);
      await resolveDangling(run);
      await reconcileConfirmed(run, createApply(run.resources), item(run));
      expectEnd(run, [SUBSCRIPTION, PARTNER]);
      const written = run.resources.calls.count("write");
      expect(
        outcomes(run).filter((outcome) => outcome === "applied"),
        `call ${nth}`,
      ).toHaveLength(written);
    }
  });
});

test("of two workers at the same Private Link Service one works and the other is deferred; nothing is written twice", async () => {
  const run = await start();
  const apply = createApply(run.resources);
  const both = await Promise.allSettled([
    reconcilePls(run, apply, item(run)),
    reconcilePls(run, apply, item(run)),
  ]);
  // One writes the Private Link Service, and is deferred until the cluster confirms before it writes the connection.
  // The other one is deferred by the lease; the connection is another part of its plan.
  const written = () =>
    run.resources.calls.calls.filter(([method]) => method === "write").map(([, id]) => id);
  expect(written()).toContain(pls().id);
  expect(new Set(written()).size).toBe(written().length);
  for (const one of both) if (one.status === "rejected") expect(one.reason).toBeInstanceOf(NotYet);
  look(run);
  await reconcileConfirmed(run, apply, item(run));
  expectEnd(run, [SUBSCRIPTION, PARTNER]);
  expect(run.resources.calls.count("write")).toBe(2);
});

test("of two workers whose clocks are ten minutes apart, each of whom believes that the other's lease ran out, nothing is written wrongly", async () => {
  const run = await start();
  const ahead = { ...run, now: () => new Date(Date.parse(run.clock.nowUtc) + 600_000) };
  const apply = createApply(run.resources);
  const both = [run, ahead].map((one) => tolerant(reconcilePls(one, apply, item(run))));
  // Who writes second meets a version that is not the one it read.
  await Promise.allSettled(both);
  look(run);
  await reconcileConfirmed(run, apply, item(run));
  expectEnd(run, [SUBSCRIPTION, PARTNER]);
  expect(run.resources.calls.count("write")).toBeLessThanOrEqual(4);
});

type Step =
  | { readonly do: "declare" | "azure"; readonly visibility: readonly string[] }
  | { readonly do: "event"; readonly times: number }
  | { readonly do: "work"; readonly dieAt?: number }
  | { readonly do: "wait"; readonly seconds: number };

const visibility = fc.uniqueArray(fc.constantFrom(SUBSCRIPTION, PARTNER, "*"), {
  minLength: 1,
  maxLength: 3,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom("declare" as const, "azure" as const), visibility }),
  fc.record({ do: fc.constant("event" as const), times: fc.integer({ min: 1, max: 10 }) }),
  fc.record(
    { do: fc.constant("work" as const), dieAt: fc.integer({ min: 0, max: 40 }) },
    { requiredKeys: ["do"] },
  ),
  fc.record({ do: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 400 }) }),
);

const event = (run: MemoryRun) => ({
  id: run.newId(),
  subject: ID,
  eventType: "Microsoft.Resources.ResourceWriteSuccess",
  eventTime: run.clock.nowUtc,
  data: { operationName: "x/write" },
});

/** All pending work, in any order; failed work is retried. */
async function work(run: MemoryRun, dieAt = Infinity): Promise<void> {
  await confirmNow(run);
  const messages = run.queue.sent.splice(0).toReversed();
  for (const message of messages.filter(({ queue }) => queue === "pls")) {
    const mortal = crashAt(run, dieAt, "before");
    const writer = mortal.run.ports.resources as MemoryRun["resources"];
    const failed = await reconcilePls(mortal.run, createApply(writer), message.item).then(
      () => false,
      () => true,
    );
    if (failed) run.queue.sent.push(message);
    look(run);
  }
}

test("any order of declarations, changes from outside, duplicated events, deaths and waiting ends as declared", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), visibility, async (steps, last) => {
      const run = await start();
      for (const one of steps) {
        if (one.do === "declare") await declare(run, one.visibility);
        if (one.do === "azure") azureSets(run, one.visibility);
        if (one.do === "event") for (let n = 0; n < one.times; n += 1) await receiveEvent(run, event(run));
        if (one.do === "work") await work(run, one.dieAt);
        if (one.do === "wait") run.clock.advance(one.seconds);
      }
      // The faults stop; every event was lost; only the timer is left.
      const wanted = last.includes("*") ? ["*"] : last;
      await declare(run, wanted);
      run.queue.sent.length = 0;
      run.clock.advance(1000);
      await declare(run, wanted);
      await resolveDangling(run);
      for (let round = 0; round < 6; round += 1) {
        await pollPrivateLinkServices(run);
        await work(run);
        run.clock.advance(20);
      }
      expectEnd(run, wanted);
    }),
    { numRuns: 150 },
  );
});

test("in mode observe nothing is written, whatever happens", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const run = await start();
      await applyPolicy(run, { modes: { privateLinkServices: "observe", connections: "observe" } });
      for (const one of steps) {
        if (one.do === "declare") await declare(run, one.visibility);
        if (one.do === "azure") azureSets(run, one.visibility);
        if (one.do === "event") await receiveEvent(run, event(run));
        if (one.do === "work") await work(run, one.dieAt);
        if (one.do === "wait") run.clock.advance(one.seconds);
      }
      expect(run.resources.calls.count("write")).toBe(0);
    }),
    { numRuns: 60 },
  );
});
