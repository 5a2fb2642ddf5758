/** Adapter: `Queue` on Azure Storage queues. Messages are base64 JSON, as the queue trigger expects them. */
import type { DequeuedMessageItem, QueueClient } from "@azure/storage-queue";
import {
  MAX_DELAY_SECONDS,
  MAX_SEEN,
  type Queue,
  type QueueMessage,
  type QueueName,
  type QueueState,
} from "../storage/queue.ts";
import { dueAtUtc, readMessage, writeMessage } from "./queueMessage.ts";

type Open = (queue: QueueName | `${QueueName}-poison`) => Promise<QueueClient>;

/** Longer than handling all that lies in a poison queue takes. */
const TAKEN_SECONDS = 600;

/** Sends through the client that `open` gives; a missing queue is made. */
export function azureQueue(open: Open): Queue {
  return {
    async send(queue, item, delaySeconds = 0) {
      const visibilityTimeout = Math.min(Math.max(Math.ceil(delaySeconds), 0), MAX_DELAY_SECONDS);
      await sendOrCreate(await open(queue), writeMessage(item, visibilityTimeout), visibilityTimeout);
    },
    state: async (queue) => stateOf(await open(queue)),
    poisonState: async (queue) => stateOf(await open(`${queue}-poison`)),
    peekPoison: async (queue) => peek(await open(`${queue}-poison`), MAX_SEEN),
    takePoison: async (queue, take) => takeEach(await open(`${queue}-poison`), take),
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

async function stateOf(client: QueueClient): Promise<QueueState> {
  return orNothing({ length: 0 }, async () => {
    const [{ approximateMessagesCount = 0 }, [oldest]] = await Promise.all([
      client.getProperties(),
      peek(client, 1),
    ]);
    return { length: approximateMessagesCount, ...(oldest && { oldestAtUtc: dueAtUtc(oldest) }) };
  });
}

async function peek(client: QueueClient, numberOfMessages: number): Promise<readonly QueueMessage[]> {
  return orNothing([], async () => {
    const { peekedMessageItems } = await client.peekMessages({ numberOfMessages });
    return peekedMessageItems.map(readMessage);
  });
}

interface Taken {
  readonly messageId: string;
  readonly popReceipt: string;
}

async function takeEach(
  client: QueueClient,
  take: (message: QueueMessage) => Promise<boolean>,
): Promise<void> {
  const left: Taken[] = [];
  try {
    for (;;) {
      const batch = await receive(client);
      if (batch.length === 0) return;
      left.push(...batch);
      for (const message of batch)
        if (await takeOne(client, message, take)) left.splice(left.indexOf(message), 1);
    }
  } finally {
    for (const one of left) await giveBack(client, one);
  }
}

/** At once, not when its time is over. One that is gone, since it was too old, needs nothing. */
async function giveBack(client: QueueClient, { messageId, popReceipt }: Taken): Promise<void> {
  await orNothing(undefined, async () => {
    await client.updateMessage(messageId, popReceipt, undefined, 0);
  });
}

async function takeOne(
  client: QueueClient,
  message: DequeuedMessageItem,
  take: (message: QueueMessage) => Promise<boolean>,
): Promise<boolean> {
  if (!(await take(readMessage(message)))) return false;
  await client.deleteMessage(message.messageId, message.popReceipt);
  return true;
}

async function receive(client: QueueClient) {
  return orNothing([], async () => {
    const options = { numberOfMessages: MAX_SEEN, visibilityTimeout: TAKEN_SECONDS };
    return (await client.receiveMessages(options)).receivedMessageItems;
  });
}

/** A queue that nobody made has no messages. */
async function orNothing<T>(nothing: T, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    return nothing;
  }
}
