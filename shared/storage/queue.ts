/** Port: hands work to a worker later. A message is an identity; the worker reads the world afresh. */
export const QUEUES = ["links", "inventory", "orphans", "drift", "notices"] as const;
export type QueueName = (typeof QUEUES)[number];

/** The largest delay Azure Storage queues take: 7 days. */
export const MAX_DELAY_SECONDS = 7 * 24 * 3600;

export interface WorkItem {
  /** What kind of thing `id` names, e.g. `link`, `subscription`, `cluster`. */
  readonly what: string;
  /** Resource id or other identity, as the worker wants it. */
  readonly id: string;
  /** Why this was asked, for people: `event Microsoft.Resources.ResourceWriteSuccess`, `timer`. */
  readonly why: string;
  readonly seenAtUtc: string;
  /** Joins log lines and the journal to the event that caused them. */
  readonly correlationId: string;
  /** How often this item was sent again because the world was not ready. */
  readonly attempt?: number;
}

export interface Queue {
  /** @param delaySeconds whole seconds until a worker may see it, 0 to {@link MAX_DELAY_SECONDS} */
  send(queue: QueueName, item: WorkItem, delaySeconds?: number): Promise<void>;
  /** About how many messages have failed for good: the host gives up after a few tries. */
  poisoned(queue: QueueName): Promise<number>;
}
