/** Adapter: `Queue` on Azure Storage queues. Messages are base64 JSON, as the queue trigger expects them. */
import type { DequeuedMessageItem, QueueClient } from "@azure/storage-queue";
import {
  MAX_DELAY_SECONDS,
  MAX_SEEN,
  type Queue,
  type QueueMessage,
  type QueueName,
  type QueueState,
} from "../ports/queue.ts";
import { dueAtUtc, readMessage, writeMessage } from "./queueMessage.ts";
import { waitForAll } from "../core/waitForAll.ts";

type Open = (queue: QueueName | `${QueueName}-poison`) => Promise<QueueClient>;

/** Longer than it takes to process an entire poison queue. */
const TAKEN_SECONDS = 600;

/** Sends with the client of `open`; creates a missing queue. */
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
    const [length, [oldest]] = await waitForAll([lengthOf(client), peek(client, 1)]);
    return { length, ...(oldest && { oldestAtUtc: dueAtUtc(oldest) }) };
  });
}

/** Never less than the actual number, including messages that other clients have hidden. */
async function lengthOf(client: QueueClient): Promise<number> {
  return orNothing(0, async () => (await client.getProperties()).approximateMessagesCount ?? 0);
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

/**
 * Always ends: it offers at most as many messages as the queue had at the start, and none twice. Meanwhile work that fails again
 * adds messages, and in a long run hidden messages may become visible.
 */
async function takeEach(
  client: QueueClient,
  take: (message: QueueMessage) => Promise<boolean>,
): Promise<void> {
  const atStart = await lengthOf(client);
  const offered = new Set<string>();
  const left = new Map<string, Taken>();
  const offer = async (message: DequeuedMessageItem): Promise<void> => {
    offered.add(message.messageId);
    if (await takeOne(client, message, take)) left.delete(message.messageId);
  };
  try {
    while (offered.size < atStart) {
      const batch = await receive(client);
      for (const message of batch) left.set(message.messageId, message);
      const fresh = batch.filter(({ messageId }) => !offered.has(messageId)).slice(0, atStart - offered.size);
      if (fresh.length === 0) return;
      for (const message of fresh) await offer(message);
    }
  } finally {
    for (const one of left.values()) await giveBack(client, one);
  }
}

/**
 * Makes the message visible at once, instead of when its visibility timeout ends. No action is needed for a message that expired
 * or that another client received meanwhile (404 `MessageNotFound`, 400 `PopReceiptMismatch`).
 */
async function giveBack(client: QueueClient, { messageId, popReceipt }: Taken): Promise<void> {
  await orNothing(
    undefined,
    async () => void (await client.updateMessage(messageId, popReceipt, undefined, 0)),
    (error) => error.statusCode === 404 || error.code === "PopReceiptMismatch",
  );
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

interface ServiceError {
  readonly statusCode?: number;
  readonly code?: string;
}

/** A queue that does not exist has no messages. */
async function orNothing<T>(
  nothing: T,
  ask: () => Promise<T>,
  isNothing = ({ statusCode }: ServiceError) => statusCode === 404,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isNothing(error as ServiceError)) throw error;
    return nothing;
  }
}
