import { randomBytes } from "node:crypto";
import { QueueServiceClient } from "@azure/storage-queue";
import { describe, expect, inject, test } from "vitest";
import { azureQueue } from "../../shared/adapters/queue.ts";
import type { Queue, QueueMessage, WorkItem } from "../../shared/ports/queue.ts";
import { MemoryQueue } from "../memory/queue.ts";

interface Opened {
  queue: Queue;
  /** The host moves a message with this text to the poison queue. */
  poison: (text: string) => Promise<void>;
}

const item: WorkItem = {
  what: "pls",
  id: "/x",
  why: "test",
  seenAtUtc: "2026-11-23T12:00:00.000Z",
  correlationId: "c",
};

function memory(): Opened {
  const queue = new MemoryQueue();
  return { queue, poison: async (text) => queue.fail("pls", text) };
}

const azurite = (encode: (text: string) => string) => (): Opened => {
  const prefix = `q${randomBytes(8).toString("hex")}`;
  const service = QueueServiceClient.fromConnectionString(inject("storage"));
  const open = async (name: string) => service.getQueueClient(`${prefix}-${name}`);
  return {
    queue: azureQueue(open),
    poison: async (text) => {
      const client = await open("pls-poison");
      await client.createIfNotExists();
      await client.sendMessage(encode(text));
    },
  };
};

describe.each<[string, () => Opened]>([
  ["memory", memory],
  ["Azure Queues on Azurite", azurite((text) => Buffer.from(text).toString("base64"))],
  ["Azure Queues, with unencoded messages of another program", azurite((text) => text)],
])("Queue on %s", (_, open) => {
  const texts = async ({ queue }: Opened) => (await queue.peekPoison("pls")).map(({ text }) => text);

  test("queued and failed messages are counted, and none where no queue exists", async () => {
    const { queue, poison } = open();
    await queue.send("pls", item);
    expect(await queue.poisonState("pls")).toEqual({ length: 0 });
    await poison("{1}");
    await poison("{2}");
    expect(await queue.poisonState("pls")).toEqual({ length: 2, oldestAtUtc: expect.any(String) });
    expect(await queue.state("pls")).toEqual({ length: 1, oldestAtUtc: expect.any(String) });
    expect([await queue.state("drift"), await queue.poisonState("drift")]).toEqual([
      { length: 0 },
      { length: 0 },
    ]);
    expect(await queue.peekPoison("drift")).toEqual([]);
  });

  test("a message that is to wait is counted, and is not what has waited", async () => {
    const { queue } = open();
    await queue.send("pls", item, 3600);
    expect(await queue.state("pls")).toEqual({ length: 1 });
  });

  test("messages that failed are seen as they are, oldest first, and stay", async () => {
    const opened = open();
    await opened.poison("{⚓️}");
    await opened.poison("{two}");
    expect(await texts(opened)).toEqual(["{⚓️}", "{two}"]);
    const [first] = await opened.queue.peekPoison("pls");
    expect(first).toEqual({
      messageId: expect.any(String),
      text: "{⚓️}",
      dequeueCount: 0,
      insertedAtUtc: expect.stringMatching(/^\d{4}-.*Z$/),
      expiresAtUtc: expect.stringMatching(/^\d{4}-.*Z$/),
    } satisfies Record<keyof QueueMessage, unknown>);
    expect(await texts(opened)).toHaveLength(2);
  });

  test("each of forty is offered once; those that are taken go, the others stay", async () => {
    const opened = open();
    for (let n = 0; n < 40; n += 1) await opened.poison(`{${n}}`);
    const offered: string[] = [];
    await opened.queue.takePoison("pls", async ({ text }) => {
      offered.push(text);
      return text !== "{7}" && text !== "{39}";
    });
    expect(offered).toHaveLength(40);
    expect(new Set(offered).size).toBe(40);
    expect((await texts(opened)).toSorted()).toEqual(["{39}", "{7}"]);
  });

  test("what fails again while they are offered is not offered, and stays", async () => {
    const opened = open();
    for (const text of ["{one}", "{two}"]) await opened.poison(text);
    const offered: string[] = [];
    await opened.queue.takePoison("pls", async ({ text }) => {
      offered.push(text);
      await opened.poison("{again}");
      return true;
    });
    expect(offered.toSorted()).toEqual(["{one}", "{two}"]);
    expect(await texts(opened)).toEqual(["{again}", "{again}"]);
  });

  test("what could not be handled stays, and can be taken at once", async () => {
    const opened = open();
    await opened.poison("{one}");
    const failing = opened.queue.takePoison("pls", async () => {
      throw new Error("storage is unavailable");
    });
    await expect(failing).rejects.toThrow("storage is unavailable");
    const taken: string[] = [];
    await opened.queue.takePoison("pls", async ({ text }) => taken.push(text) > 0);
    expect(taken).toEqual(["{one}"]);
    expect(await texts(opened)).toEqual([]);
  });

  test("nothing is offered where no queue is", () =>
    open().queue.takePoison("drift", () => {
      throw new Error("nothing is there");
    }));
});

test("a message that is deleted meanwhile does not prevent reading the rest", async () => {
  const prefix = `q${randomBytes(8).toString("hex")}`;
  const service = QueueServiceClient.fromConnectionString(inject("storage"));
  const open = async (name: string) => service.getQueueClient(`${prefix}-${name}`);
  const client = await open("pls-poison");
  await client.createIfNotExists();
  for (const text of ["{one}", "{two}"]) await client.sendMessage(text);
  const offered: string[] = [];
  await azureQueue(open).takePoison("pls", async ({ text }) => {
    offered.push(text);
    if (offered.length === 2) await client.clearMessages();
    return false;
  });
  expect(offered).toEqual(["{one}", "{two}"]);
});

test("a message that is visible again before the end is not offered twice", async () => {
  const prefix = `q${randomBytes(8).toString("hex")}`;
  const service = QueueServiceClient.fromConnectionString(inject("storage"));
  const client = service.getQueueClient(`${prefix}-pls-poison`);
  await client.createIfNotExists();
  for (const text of ["{one}", "{two}"]) await client.sendMessage(text);
  // One at a time, and always the same one: as if its visibility timeout had expired.
  const [first] = (await client.receiveMessages()).receivedMessageItems;
  const receiveMessages = async () => ({ receivedMessageItems: [first] });
  const again = Object.assign(Object.create(client), { receiveMessages });
  const offered: string[] = [];
  await azureQueue(async () => again).takePoison("pls", async ({ text }) => {
    offered.push(text);
    return false;
  });
  expect(offered).toEqual(["{one}"]);
});

test("the age of a delayed message counts from when it became visible", async () => {
  const { queue } = azurite(String)();
  const before = Date.now();
  await queue.send("pls", item, 1);
  for (;;) {
    const { oldestAtUtc } = await queue.state("pls");
    if (oldestAtUtc === undefined) continue;
    expect(Date.parse(oldestAtUtc)).toBeGreaterThanOrEqual(before + 1000);
    return;
  }
});
