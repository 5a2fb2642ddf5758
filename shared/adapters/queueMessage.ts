/** The encoding of work items in Azure Storage queues: base64 of JSON. */
import type { PeekedMessageItem } from "@azure/storage-queue";
import type { QueueMessage, WorkItem } from "../ports/queue.ts";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A delayed message contains the time of its delay's end: storage does not report since when a message is visible. */
export function writeMessage(item: WorkItem, delaySeconds: number): string {
  const due = delaySeconds > 0 && { dueAtUtc: new Date(Date.now() + delaySeconds * 1000).toISOString() };
  return Buffer.from(JSON.stringify({ ...item, ...due })).toString("base64");
}

/** Never fails: a message in another format is returned unchanged. */
export function readMessage({
  messageId,
  insertedOn,
  expiresOn,
  dequeueCount,
  messageText,
}: PeekedMessageItem): QueueMessage {
  return {
    messageId,
    insertedAtUtc: insertedOn.toISOString(),
    expiresAtUtc: expiresOn.toISOString(),
    dequeueCount,
    text: decoded(messageText) ?? messageText,
  };
}

/** When it became visible to workers. */
export function dueAtUtc({ text, insertedAtUtc }: QueueMessage): string {
  const [, due = ""] = /"dueAtUtc":"([0-9TZ:.-]{20,30})"/.exec(text) ?? [];
  return due > insertedAtUtc ? due : insertedAtUtc;
}

function decoded(text: string): string | undefined {
  if (!BASE64.test(text)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "base64"));
  } catch {
    return undefined;
  }
}
