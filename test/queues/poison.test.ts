import { describe, expect, test } from "vitest";
import { describe as toText } from "../../cli/queue/show.ts";
import { InvalidInput } from "../../shared/core/errors.ts";
import { choosePoison } from "../../shared/storage/queues/choose.ts";
import { dropPoison } from "../../shared/storage/queues/drop.ts";
import { failureOf, forgetOldFailures, rememberFailure } from "../../shared/storage/queues/failures.ts";
import { listPoison, listQueues } from "../../shared/storage/queues/poison.ts";
import { anew, replayPoison } from "../../shared/storage/queues/replay.ts";
import { watchQueues } from "../../shared/storage/queues/watch.ts";
import type { WorkItem } from "../../shared/ports/queue.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const item: WorkItem = {
  what: "pls",
  id: "/subscriptions/x/pls",
  why: "event write",
  seenAtUtc: "2026-11-23T11:00:00.000Z",
  correlationId: "c",
  attempt: 3,
};
const failing = { error: new Error("boom"), tries: 5, invocationId: "i" };

function poisoned(texts: readonly string[]): MemoryRun {
  const run = memoryRun();
  texts.forEach((text, n) => run.queue.fail("pls", text, `${n}-message`));
  return run;
}
const one = () => poisoned([JSON.stringify(item)]);

describe("what failed", () => {
  test("is shown with its reason, or without one if none was recorded", async () => {
    const run = one();
    expect((await listPoison(run, "pls"))[0]).not.toHaveProperty("failure");
    await rememberFailure(run, "pls", item, failing);
    expect(await listPoison(run, "pls")).toEqual([
      {
        id: "0-message",
        queue: "pls",
        poisonedAtUtc: "2026-11-23T12:00:00.000Z",
        expiresAtUtc: "2026-11-30T12:00:00.000Z",
        item,
        failure: { error: "boom", tries: 5, invocationId: "i", atUtc: run.clock.nowUtc },
      },
    ]);
  });

  test("is counted by reason, most frequent first", async () => {
    const run = poisoned(["{", JSON.stringify(item), JSON.stringify({ ...item, id: "/other" })]);
    await rememberFailure(run, "pls", item, failing);
    await rememberFailure(run, "pls", { ...item, id: "/OTHER" }, failing);
    const [privateLinkServices] = await listQueues(run);
    expect(privateLinkServices).toMatchObject({
      queue: "pls",
      poisoned: { length: 3 },
      errors: [
        { error: "boom", count: 2 },
        { error: "not a work item: message: not JSON", count: 1 },
      ],
    });
  });

  test.each<[string, unknown, string]>([
    ["no object", 42, "message: Invalid input: expected object, received number"],
    ["an id that is no text", { ...item, id: 7 }, "id: Invalid input: expected string, received number"],
    ["a name that is too long", { ...item, what: "x".repeat(65) }, "what: Too big"],
  ])("is no work item if it has %s", async (_, message, problem) => {
    const run = poisoned([JSON.stringify(message)]);
    const [only] = await listPoison(run, "pls");
    expect(only).not.toHaveProperty("item");
    expect(only?.problems?.join("; ")).toContain(problem);
  });

  test("cannot control a terminal with its text", async () => {
    const run = poisoned([JSON.stringify({ ...item, id: "\u001b[2Jx\ny", why: "\u202Eevil" })]);
    const [only] = await listPoison(run, "pls");
    const text = only ? toText(only) : "";
    expect(text).toContain("\uFFFD[2Jx y");
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});

describe("a replay", () => {
  test("sends the selected messages as new work with the operator's name, and removes the reasons of their failures", async () => {
    const run = one();
    await rememberFailure(run, "pls", item, failing);
    const replayed = await replayPoison(run, "pls", await choosePoison(run, "pls", "all"), "anna");
    expect(replayed.map(({ id }) => id)).toEqual(["0-message"]);
    const { attempt: _, ...asked } = item;
    expect(run.queue.sent.map((sent) => sent.item)).toEqual([
      { ...asked, why: "replayed by anna; event write" },
    ]);
    expect(await listPoison(run, "pls")).toEqual([]);
    expect(await failureOf(run, "pls", item)).toBeUndefined();
  });

  test("ends while the worker fails the same work again", async () => {
    const run = poisoned(["/a", "/b", "/c"].map((id) => JSON.stringify({ ...item, id })));
    const send = run.queue.send.bind(run.queue);
    run.queue.send = async (queue, sent) => {
      await send(queue, sent);
      run.queue.fail(queue, JSON.stringify(sent), `again-${run.queue.sent.length}`);
    };
    const replayed = await replayPoison(run, "pls", await choosePoison(run, "pls", "all"), "anna");
    expect(replayed).toHaveLength(3);
    const left = (await listPoison(run, "pls")).map(({ id }) => id);
    expect(left).toEqual(["again-1", "again-2", "again-3"]);
  });

  test("that cannot send loses nothing", async () => {
    const run = one();
    run.queue.calls.failNext(new Error("storage is unavailable"), { method: "send" });
    const chosen = await choosePoison(run, "pls", "all");
    await expect(replayPoison(run, "pls", chosen, "anna")).rejects.toThrow("storage is unavailable");
    expect(await listPoison(run, "pls")).toHaveLength(1);
  });

  test("names only the last operator, and does not exceed the length limit", () => {
    const once = anew(item, "an;na");
    expect(once.why).toBe("replayed by an,na; event write");
    expect(anew(once, "bob").why).toBe("replayed by bob; event write");
    expect(anew({ ...item, why: "x".repeat(512) }, "bob").why).toHaveLength(512);
  });
});

test("what is dropped is kept with who did it, even if it is no work item", async () => {
  const run = poisoned(["{"]);
  const [dropped] = await dropPoison(run, "pls", await choosePoison(run, "pls", ["0-"]), "anna");
  expect(await run.states.load(dropped?.state ?? "")).toMatchObject({
    who: "anna",
    id: "0-message",
    text: "{",
  });
  expect(await listPoison(run, "pls")).toEqual([]);
});

test.each<[string, readonly string[], readonly string[]]>([
  [
    "what is not there, all at once",
    ["x", "y"],
    ["x: not found in the poison queue", "y: not found in the poison queue"],
  ],
  ["what two begin with", ["1"], ["1: ambiguous, 2 messages match"]],
  ["nothing at all", [""], [": not found in the poison queue"]],
])("%s is refused, and nothing is taken", async (_, ids, problems) => {
  const run = poisoned([]);
  for (const id of ["10", "11"]) run.queue.fail("pls", "{", id);
  const error = await choosePoison(run, "pls", ids).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidInput);
  expect((error as InvalidInput).problems).toEqual(problems.map((start) => expect.stringContaining(start)));
  expect(await listPoison(run, "pls")).toHaveLength(2);
});

test("why a message failed is forgotten with the message, and is never long", async () => {
  const run = memoryRun();
  await rememberFailure(run, "pls", item, { ...failing, error: new Error("x".repeat(5_000)) });
  expect((await failureOf(run, "pls", item))?.error).toHaveLength(1_000);
  run.clock.advance(7 * 24 * 3600 - 1);
  await forgetOldFailures(run, "pls");
  expect(await failureOf(run, "pls", item)).toBeDefined();
  run.clock.advance(2);
  await forgetOldFailures(run, "pls");
  expect(await failureOf(run, "pls", item)).toBeUndefined();
});

test("queues are measured, empty ones too", async () => {
  const run = one();
  await run.queue.send("pls", item);
  await watchQueues(run);
  expect(run.metrics.of("mooring.queue.age")).toContainEqual([3600, { queue: "pls" }]);
  expect(run.metrics.of("mooring.queue.length")).toContainEqual([1, { queue: "pls" }]);
  expect(run.metrics.of("mooring.queue.poisoned")).toContainEqual([1, { queue: "pls" }]);
  expect(run.metrics.of("mooring.queue.age")).toContainEqual([0, { queue: "drift" }]);
});
