/** What the Functions host logs: success only for work that is done, has nothing left to do, or goes on as another message. */
import { globSync, readFileSync } from "node:fs";
import type { InvocationContext } from "@azure/functions";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { deliver } from "../../functions/deliver.ts";
import { enqueueOnTimer, handleWork, openOnTimer } from "../../functions/work.ts";
import {
  AwaitsReport,
  Conflict,
  Incomplete,
  InvalidInput,
  NotYet,
  Obsolete,
  Refused,
  Superseded,
} from "../../shared/core/errors.ts";
import { RETRY_RULES } from "../../shared/storage/queues/retryRules.ts";
import type { WorkItem } from "../../shared/ports/queue.ts";
import { AuditEstate, subscriptionOf } from "../builders/auditEstate.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const item: WorkItem = {
  what: "pls",
  id: "/subscriptions/x/pls",
  why: "event write",
  seenAtUtc: "2026-11-23T11:00:00.000Z",
  correlationId: "c",
};
const { maxDeliveries, maxResends } = RETRY_RULES;
const [FIRST, LAST] = [1, maxDeliveries];

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
});

/** What the host logs, and the outcome that is counted. */
async function handle(thrown: Error | undefined, { attempt = 0, dequeueCount = FIRST } = {}) {
  const context = { invocationId: "i", triggerMetadata: { dequeueCount } };
  const message = { run, queue: "pls" as const, item: { ...item, attempt }, context };
  const work = thrown ? () => Promise.reject(thrown) : async () => undefined;
  const [settled] = await Promise.allSettled([deliver(message, work)]);
  const host = settled.status === "fulfilled" ? "succeeded" : "failed";
  return { host, outcome: run.metrics.of("mooring.work.outcomes").at(-1)?.[1]["outcome"] };
}

const failed = { host: "failed", outcome: "failed" };
const givenUp = { host: "failed", outcome: "given_up" };
const goesOn = { host: "succeeded", outcome: "not_yet" };

describe("a delivery of queue work", () => {
  test.each<[what: string, error: Error | undefined, at: object, expected: object, resent: number]>([
    ["is done", undefined, {}, { host: "succeeded", outcome: "done" }, 0],
    ["has nothing left to do", new Obsolete("x"), {}, { host: "succeeded", outcome: "obsolete" }, 0],
    ["is done in part", new Incomplete("x"), {}, failed, 0],
    ["is done in part, last delivery", new Incomplete("x"), { dequeueCount: LAST }, failed, 0],
    ["is refused", new Refused("x"), {}, failed, 0],
    ["is refused, last delivery", new Refused("x"), { dequeueCount: LAST }, failed, 0],
    ["is refused, last re-send", new Refused("x"), { attempt: maxResends }, failed, 0],
    ["is invalid", new InvalidInput("x"), {}, failed, 0],
    ["conflicts", new Conflict("x"), {}, failed, 0],
    ["fails", new Error("x"), {}, failed, 0],
    ["is not possible yet", new NotYet("x", 5), {}, goesOn, 1],
    ["is not possible yet, last delivery", new NotYet("x", 5), { dequeueCount: LAST }, goesOn, 1],
    ["is not possible yet, last re-send", new NotYet("x", 5), { attempt: maxResends }, failed, 0],
    [
      "is not possible yet, last delivery of the last re-send",
      new NotYet("x", 5),
      { attempt: maxResends, dequeueCount: LAST },
      givenUp,
      0,
    ],
    ["is superseded", new Superseded("x", 5), {}, goesOn, 1],
    ["is superseded, last re-send", new Superseded("x", 5), { attempt: maxResends }, failed, 0],
    ["awaits a report", new AwaitsReport("x", 5), {}, goesOn, 1],
    // Possible decisions are made, and the silence of a cluster is a separate finding.
    ["awaits a report, last re-send", new AwaitsReport("x", 5), { attempt: maxResends }, goesOn, 0],
  ])("that %s", async (_what, error, at, expected, resent) => {
    expect(await handle(error, at)).toEqual(expected);
    expect(run.queue.sent).toHaveLength(resent);
  });

  test("whose re-send fails is a failure", async () => {
    run.queue.calls.failNext(new Error("storage does not answer"), { method: "send" });
    expect(await handle(new NotYet("x", 5))).toEqual(failed);
  });
});

test("a scope that cannot be audited fails each delivery, then ends its run and leaves no message behind", async () => {
  const estate = await AuditEstate.create();
  estate.unreadable("two", true);
  estate.timer();
  const [timer] = estate.messages;
  if (timer) await estate.deliver(timer);
  const isOfTwo = ({ item }: { item: WorkItem }) => item.id.endsWith(`subscription:${subscriptionOf("two")}`);
  const message = estate.messages.find(isOfTwo);
  if (!message) throw new Error("the scope was not requested");
  for (let delivery = 1; delivery <= maxDeliveries; delivery += 1) {
    expect([estate.messages.includes(message), estate.poison]).toEqual([true, []]);
    await estate.deliver(message);
  }
  expect(estate.messages).not.toContain(message);
  await estate.drain();
  expect(estate.poison).toEqual([]);
  expect(estate.run.tables.outcomes.all()).toContainEqual(
    expect.objectContaining({
      subject: `subscription:${subscriptionOf("two")}`,
      failure: expect.objectContaining({ cause: "gateway timeout" }),
    }),
  );
});

describe("an app whose settings are broken", () => {
  const quiet = () => undefined;
  const context = {
    invocationId: "i",
    functionName: "f",
    triggerMetadata: {},
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: quiet,
  } as unknown as InvocationContext;

  beforeEach(() => {
    vi.stubEnv("MOORING_SUBSCRIPTIONS", "");
    vi.stubEnv("AzureWebJobsStorage", "");
    return () => vi.unstubAllEnvs();
  });

  test.each<[string, () => Promise<unknown>]>([
    ["a timer that works", () => openOnTimer(context)],
    ["a timer that requests work", () => enqueueOnTimer("orphans")(undefined, context)],
    ["work that cannot be postponed", () => handleWork("pls", never)(item, context)],
    ["a message that is no work item", () => handleWork("pls", never)("{}", context)],
  ])("fails %s", async (_what, invoke) => {
    await expect(invoke()).rejects.toThrow();
  });

  async function never(): Promise<never> {
    throw new Error("the worker was loaded");
  }
});

test("every queue and timer trigger is handled by these functions", () => {
  const texts = globSync("functions/*.ts").map((path) => readFileSync(path, "utf8"));
  const handlers = texts.flatMap((text) =>
    [...text.matchAll(/app\.(?:storageQueue|timer)\([^;]*?handler: (\w+)/g)].map(([, name = ""]) => name),
  );
  const counts = Object.entries(Object.groupBy(handlers, (name) => name)).map(([name, all]) => [
    name,
    all?.length,
  ]);
  expect(Object.fromEntries(counts)).toEqual({
    enqueueOnTimer: 3,
    handleWork: 5,
    pollPrivateLinkServices: 1,
    watchQueues: 1,
  });
  const own = texts.filter((text) => /handler: (pollPrivateLinkServices|watchQueues)/.test(text));
  expect(own.every((text) => text.includes("openOnTimer(context)"))).toBe(true);
});
