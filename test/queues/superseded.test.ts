/** Failed messages that a later message or run of the same work supersedes. */
import { describe, expect, test } from "vitest";
import { deliver } from "../../functions/deliver.ts";
import type { WorkItem } from "../../shared/ports/queue.ts";
import { failureOf, rememberFailure } from "../../shared/storage/queues/failures.ts";
import { RETRY_RULES } from "../../shared/storage/queues/retryRules.ts";
import { watchQueues } from "../../shared/storage/queues/watch.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const POLL_SECONDS = 300;
const PLS = "/subscriptions/x/pls";

function itemOf(correlationId: string, id = PLS): WorkItem {
  return { what: "pls", id, why: "poll", seenAtUtc: "2026-11-23T11:00:00.000Z", correlationId };
}

/** All deliveries of a message, as the host does them: after the last failure it is in the poison queue. */
async function process(run: MemoryRun, item: WorkItem, work: () => Promise<unknown>): Promise<void> {
  for (let dequeueCount = 1; dequeueCount <= RETRY_RULES.maxDeliveries; dequeueCount += 1) {
    const context = { invocationId: "i", triggerMetadata: { dequeueCount } };
    const failed = await deliver({ run, queue: "pls", item, context }, work).catch((error: Error) => error);
    if (failed === undefined) return;
  }
  run.queue.fail("pls", JSON.stringify(item), `message ${item.correlationId}`);
}

const denied = async () => {
  throw new Error("AuthorizationFailed");
};
const poison = async (run: MemoryRun) =>
  (await run.queue.peekPoison("pls")).map(({ messageId }) => messageId);

describe("a PLS whose every reconciliation fails", () => {
  test("has one failed message, the newest, however many polls request it", async () => {
    const run = memoryRun();
    for (let poll = 1; poll <= 20; poll += 1) {
      run.clock.advance(POLL_SECONDS);
      await process(run, itemOf(`poll-${poll}`), denied);
      await watchQueues(run);
      expect(await poison(run)).toEqual([`message poll-${poll}`]);
    }
    expect(run.tables.failures.all()).toHaveLength(1);
  });

  test("has none after one succeeds", async () => {
    const run = memoryRun();
    await process(run, itemOf("a"), denied);
    await process(run, itemOf("other", "/subscriptions/x/other"), denied);
    run.clock.advance(POLL_SECONDS);
    await process(run, itemOf("b", PLS.toUpperCase()), async () => undefined);
    await watchQueues(run);
    expect(await poison(run)).toEqual(["message other"]);
    expect(await failureOf(run, "pls", itemOf("a"))).toBeUndefined();
  });
});

test("messages of other work, messages without a recorded reason and texts that are no work stay", async () => {
  const run = memoryRun();
  run.queue.fail("pls", "{", "text");
  run.queue.fail("pls", JSON.stringify(itemOf("unrecorded")), "unrecorded");
  await process(run, itemOf("a"), denied);
  await process(run, itemOf("b", "/subscriptions/x/other"), denied);
  await watchQueues(run);
  expect(await poison(run)).toEqual(["text", "unrecorded", "message a", "message b"]);
});

test("a message that another client hides is removed later, and the queue is read only while one may be there", async () => {
  const run = memoryRun();
  const failure = { error: new Error("x"), tries: 5, invocationId: "i" };
  const reads = () => run.queue.calls.count("takePoison");
  await rememberFailure(run, "pls", itemOf("a"), failure);
  run.clock.advance(POLL_SECONDS);
  await process(run, itemOf("b"), denied);
  await watchQueues(run);
  run.queue.fail("pls", JSON.stringify(itemOf("a")), "message a");
  await watchQueues(run);
  expect(await poison(run)).toEqual(["message b"]);
  const before = reads();
  await watchQueues(run);
  expect(reads()).toBe(before);
});

test("the reason of a message that never appears is forgotten after fifteen minutes", async () => {
  const run = memoryRun();
  const failure = { error: new Error("x"), tries: 5, invocationId: "i" };
  await rememberFailure(run, "pls", itemOf("a"), failure);
  await rememberFailure(run, "pls", { ...itemOf("b"), id: PLS }, failure);
  run.clock.advance(901);
  await rememberFailure(run, "pls", itemOf("c"), failure);
  await watchQueues(run);
  expect(run.tables.failures.all()).toHaveLength(1);
});
