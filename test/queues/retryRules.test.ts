import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { deliver } from "../../functions/deliver.ts";
import { AwaitsReport, NotYet } from "../../shared/core/errors.ts";
import { choosePoison } from "../../shared/storage/queues/choose.ts";
import { listPoison, listQueues } from "../../shared/storage/queues/poison.ts";
import { replayPoison } from "../../shared/storage/queues/replay.ts";
import { deliveriesLeft, isLastDelivery, RETRY_RULES } from "../../shared/storage/queues/retryRules.ts";
import { watchQueues } from "../../shared/storage/queues/watch.ts";
import type { WorkItem } from "../../shared/ports/queue.ts";
import { memoryRun } from "../memory/run.ts";

const item: WorkItem = {
  what: "pls",
  id: "/subscriptions/x/pls",
  why: "event write",
  seenAtUtc: "2026-11-23T11:00:00.000Z",
  correlationId: "c",
};
const context = { invocationId: "i", triggerMetadata: { dequeueCount: 1 } };
const busy = () => Promise.reject(new NotYet("/subscriptions/x/pls is locked by another operation", 5));

test("host.json has the same values, and no function has its own retry policy", () => {
  const { extensions, ...host } = JSON.parse(readFileSync("host.json", "utf8"));
  const clock = new Date(RETRY_RULES.visibilityTimeoutSeconds * 1000).toISOString().slice(11, 19);
  expect(extensions.queues).toMatchObject({
    visibilityTimeout: clock,
    maxDequeueCount: RETRY_RULES.maxDeliveries,
  });
  expect(host).not.toHaveProperty("retry");
  const functions = globSync("functions/*.ts").map((path) => readFileSync(path, "utf8"));
  expect(functions.length).toBeGreaterThan(10);
  expect(functions.filter((text) => /\bretry:/.test(text))).toEqual([]);
});

test("the documents state the same values", () => {
  const text = readFileSync("docs/platform/logs.md", "utf8");
  const { visibilityTimeoutSeconds, maxDeliveries, maxResends } = RETRY_RULES;
  expect(text).toContain(
    `visible again after ${visibilityTimeoutSeconds} seconds, ${maxDeliveries} deliveries`,
  );
  expect(text).toContain(`sent again after the delay that the cause names, ${maxResends} times`);
});

test.each([
  [1, 4],
  [4, 1],
  [5, 0],
  [6, 0],
])("delivered %s times: %s deliveries are left", (dequeueCount, left) => {
  expect(deliveriesLeft({ dequeueCount })).toBe(left);
});

test("a message without a count is delivered for the first time", () => {
  expect([isLastDelivery(), isLastDelivery({})]).toEqual([false, false]);
});

describe("work on everything that failed for good", () => {
  const all = { ...item, what: "inventory", id: "all" };
  const fail = async (run: ReturnType<typeof memoryRun>, failed: WorkItem) => {
    const last = { invocationId: "i", triggerMetadata: { dequeueCount: RETRY_RULES.maxDeliveries } };
    const work = () => Promise.reject(new Error("500"));
    await expect(deliver({ run, queue: "inventory", item: failed, context: last }, work)).rejects.toThrow();
    run.queue.fail("inventory", JSON.stringify(failed));
  };
  const names = async (run: ReturnType<typeof memoryRun>) =>
    (await listPoison(run, "inventory")).map(({ item: { what = "none", id = "" } = {} }) => `${what} ${id}`);

  test("is done by a later run: its message and the reason are removed, and no other message", async () => {
    const run = memoryRun();
    await fail(run, all);
    await fail(run, { ...all, correlationId: "d" });
    await fail(run, { ...all, id: "/subscriptions/x" });
    run.queue.fail("inventory", "not a work item");
    await deliver({ run, queue: "inventory", item: { ...all, correlationId: "e" }, context }, async () => {});
    expect(await names(run)).toEqual(["inventory /subscriptions/x", "none "]);
    expect(run.tables.failures.all()).toHaveLength(1);
  });

  test("stays while a later run fails or is postponed", async () => {
    const run = memoryRun();
    await fail(run, all);
    await deliver({ run, queue: "inventory", item: all, context }, busy);
    expect(await names(run)).toEqual(["inventory all"]);
  });

  test("stays when it cannot be removed, and the later run is done all the same", async () => {
    const run = memoryRun();
    await fail(run, all);
    run.queue.calls.failNext(new Error("storage does not answer"), { method: "takePoison" });
    await deliver({ run, queue: "inventory", item: all, context }, async () => {});
    expect(await names(run)).toEqual(["inventory all"]);
    expect(run.metrics.of("mooring.work.outcomes").at(-1)?.[1]).toMatchObject({ outcome: "done" });
  });
});

describe("work that is never possible", () => {
  test("is sent again ten times, then fails five times, is in the poison queue with its reason, and counted", async () => {
    const run = memoryRun();
    let next: WorkItem = item;
    for (let resends = 0; resends < RETRY_RULES.maxResends; resends += 1) {
      await deliver({ run, queue: "pls", item: next, context }, busy);
      next = run.queue.sent.splice(0)[0]?.item ?? next;
    }
    expect(await failAsHost(run, next)).toBe(RETRY_RULES.maxDeliveries);
    const [given] = await listPoison(run, "pls");
    expect(given).toMatchObject({
      item: { id: item.id, correlationId: "c" },
      failure: { error: "/subscriptions/x/pls is locked by another operation", tries: 5, invocationId: "i" },
    });
    expect((await listQueues(run))[0]).toMatchObject({ queue: "pls", poisoned: { length: 1 } });
    await watchQueues(run);
    expect(run.metrics.of("mooring.queue.poisoned")).toContainEqual([1, { queue: "pls" }]);
    const outcomes = run.metrics.of("mooring.work.outcomes").map(([, { outcome }]) => outcome);
    expect(outcomes.slice(-2)).toEqual(["failed", "given_up"]);
  });

  test("is no failure if only a cluster's report was missing: the next timer requests it", async () => {
    const run = memoryRun();
    const silent = () => Promise.reject(new AwaitsReport("waiting for the next report of one", 30));
    const last = { ...item, attempt: RETRY_RULES.maxResends };
    await deliver({ run, queue: "orphans", item: last, context }, silent);
    expect([run.queue.sent, await listPoison(run, "orphans")]).toEqual([[], []]);
    expect(run.metrics.of("mooring.work.outcomes").at(-1)?.[1]).toMatchObject({ outcome: "not_yet" });
  });

  test("has all its tries again after a replay", async () => {
    const run = memoryRun();
    await failAsHost(run, { ...item, attempt: RETRY_RULES.maxResends });
    await replayPoison(run, "pls", await choosePoison(run, "pls", "all"), "anna");
    expect(run.queue.sent.map((sent) => sent.item.attempt)).toEqual([undefined]);
    expect(await listPoison(run, "pls")).toEqual([]);
  });
});

/** Delivers the message until the host moves it to the poison queue. Returns how often it was delivered. */
async function failAsHost(run: ReturnType<typeof memoryRun>, failing: WorkItem): Promise<number> {
  for (let dequeueCount = 1; ; dequeueCount += 1) {
    const context = { invocationId: "i", triggerMetadata: { dequeueCount } };
    await expect(deliver({ run, queue: "pls", item: failing, context }, busy)).rejects.toThrow("locked");
    if (!isLastDelivery({ dequeueCount })) continue;
    run.queue.fail("pls", JSON.stringify(failing));
    return dequeueCount;
  }
}
