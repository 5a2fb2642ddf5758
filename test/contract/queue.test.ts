import { randomBytes } from "node:crypto";
import { QueueServiceClient } from "@azure/storage-queue";
import { describe, expect, inject, test } from "vitest";
import { azureQueue } from "../../shared/azure/queue.ts";
import type { Queue, WorkItem } from "../../shared/storage/queue.ts";
import { MemoryQueue } from "../memory/queue.ts";

interface Opened {
  queue: Queue;
  /** The host gives up on a message. */
  poison: () => Promise<void>;
}

const item: WorkItem = {
  what: "link",
  id: "/x",
  why: "test",
  seenAtUtc: "2026-11-23T12:00:00.000Z",
  correlationId: "c",
};

function memory(): Opened {
  const queue = new MemoryQueue();
  return { queue, poison: async () => void (queue.poison.links = (queue.poison.links ?? 0) + 1) };
}

function azurite(): Opened {
  const prefix = `q${randomBytes(8).toString("hex")}`;
  const service = QueueServiceClient.fromConnectionString(inject("storage"));
  const open = async (name: string) => service.getQueueClient(`${prefix}-${name}`);
  return {
    queue: azureQueue(open),
    poison: async () => {
      const client = await open("links-poison");
      await client.createIfNotExists();
      await client.sendMessage("broken");
    },
  };
}

describe.each([
  ["memory", memory],
  ["Azure Queues on Azurite", azurite],
])("Queue on %s", (_, open) => {
  test("messages that failed for good are counted, and none where no queue is", async () => {
    const { queue, poison } = open();
    await queue.send("links", item);
    expect(await queue.poisoned("links")).toBe(0);
    await poison();
    await poison();
    expect(await queue.poisoned("links")).toBe(2);
    expect(await queue.poisoned("drift")).toBe(0);
  });
});
