/** Adapter: `Queue` on Azure Storage queues. Messages are base64 JSON, as the queue trigger expects them. */
import type { QueueClient } from "@azure/storage-queue";
import { MAX_DELAY_SECONDS, type Queue, type QueueName } from "../storage/queue.ts";

/** Sends through the client that `open` gives; a missing queue is made. */
export function azureQueue(open: (queue: QueueName | `${QueueName}-poison`) => Promise<QueueClient>): Queue {
  return {
    async send(queue, item, delaySeconds = 0) {
      const client = await open(queue);
      const message = Buffer.from(JSON.stringify(item)).toString("base64");
      const visibilityTimeout = Math.min(Math.max(Math.ceil(delaySeconds), 0), MAX_DELAY_SECONDS);
      await sendOrCreate(client, message, visibilityTimeout);
    },
    poisoned: async (queue) => countMessages(await open(`${queue}-poison`)),
  };
}

async function sendOrCreate(client: QueueClient, message: string, visibilityTimeout: number): Promise<void> {
  try {
    await client.sendMessage(message, { visibilityTimeout });
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    await client.createIfNotExists();
    await client.sendMessage(message, { visibilityTimeout });
  }
}

/** A queue that nobody made has none. */
async function countMessages(client: QueueClient): Promise<number> {
  try {
    return (await client.getProperties()).approximateMessagesCount ?? 0;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    return 0;
  }
}
