/** Port: queues work. A message contains an identity only; the worker reads the current state. */
export const QUEUES = ["pls", "inventory", "orphans", "drift", "notices"] as const;
export type QueueName = (typeof QUEUES)[number];

/** The maximum delay of Azure Storage queues: 7 days. */
export const MAX_DELAY_SECONDS = 7 * 24 * 3600;

/** Maximum number of messages that one read returns. */
export const MAX_SEEN = 32;

export interface WorkItem {
  /** What kind of thing `id` names, e.g. `PLS`, `subscription`, `cluster`. */
  readonly what: string;
  /** Resource id or other identity, in the form that the worker expects. */
  readonly id: string;
  /** Reason of the request, for operators: `event Microsoft.Resources.ResourceWriteSuccess`, `timer`. */
  readonly why: string;
  readonly seenAtUtc: string;
  /** Relates log entries and the journal to the event that caused them. */
  readonly correlationId: string;
  /** How often this item was sent again because the work was not possible yet. */
  readonly attempt?: number;
}

/** A message in a queue. */
export interface QueueMessage {
  readonly messageId: string;
  readonly insertedAtUtc: string;
  /** When it expires. */
  readonly expiresAtUtc: string;
  /** How often it was received from this queue. */
  readonly dequeueCount: number;
  /** The decoded text, or the raw text if the encoding is invalid. Not validated. */
  readonly text: string;
}

export interface QueueState {
  /** Approximate number of messages, including those in progress. */
  readonly length: number;
  /** Since when the oldest visible message is visible; absent if there is none. */
  readonly oldestAtUtc?: string;
}

export interface Queue {
  /** @param delaySeconds seconds until it is visible to workers, an integer from 0 to {@link MAX_DELAY_SECONDS} */
  send(queue: QueueName, item: WorkItem, delaySeconds?: number): Promise<void>;
  state(queue: QueueName): Promise<QueueState>;
  /** The state of the poison queue, to which the host moves messages after a few failed deliveries. */
  poisonState(queue: QueueName): Promise<QueueState>;
  /** Up to {@link MAX_SEEN} poison messages, oldest first, without removing them. */
  peekPoison(queue: QueueName): Promise<readonly QueueMessage[]>;
  /**
   * Offers each poison message to `take` once, hidden from other clients meanwhile. Offers only messages that were in the queue at
   * the start, even if work fails meanwhile. Deletes taken messages after `take` ends; all others become visible again.
   */
  takePoison(queue: QueueName, take: (message: QueueMessage) => Promise<boolean>): Promise<void>;
}
