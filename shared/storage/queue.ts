/** Port: hands work to a worker later. A message is an identity; the worker reads the world afresh. */
export const QUEUES = ["links", "inventory", "orphans", "drift", "notices"] as const;
export type QueueName = (typeof QUEUES)[number];

/** The largest delay Azure Storage queues take: 7 days. */
export const MAX_DELAY_SECONDS = 7 * 24 * 3600;

/** A look at a queue takes no more. */
export const MAX_SEEN = 32;

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

/** A message as it lies in a queue. */
export interface QueueMessage {
  readonly messageId: string;
  readonly insertedAtUtc: string;
  /** When it is gone by itself. */
  readonly expiresAtUtc: string;
  /** How often it was taken from this queue. */
  readonly dequeueCount: number;
  /** What it says; as it lies there, if it is not encoded as it should be. Nobody has checked it. */
  readonly text: string;
}

export interface QueueState {
  /** About how many there are, those in work among them. */
  readonly length: number;
  /** Since when the oldest message that a worker may see could have been worked on; absent if there is none. */
  readonly oldestAtUtc?: string;
}

export interface Queue {
  /** @param delaySeconds whole seconds until a worker may see it, 0 to {@link MAX_DELAY_SECONDS} */
  send(queue: QueueName, item: WorkItem, delaySeconds?: number): Promise<void>;
  state(queue: QueueName): Promise<QueueState>;
  /** The same of the messages that have failed for good: the host gives up after a few tries. */
  poisonState(queue: QueueName): Promise<QueueState>;
  /** Up to {@link MAX_SEEN} of those, oldest first; they stay. */
  peekPoison(queue: QueueName): Promise<readonly QueueMessage[]>;
  /**
   * Offers each of those to `take`, once, hidden from others meanwhile, and ends after those that the queue had at the start, also if work
   * fails meanwhile. One that is taken is deleted after `take` has ended; all others stay, and are visible again.
   */
  takePoison(queue: QueueName, take: (message: QueueMessage) => Promise<boolean>): Promise<void>;
}
