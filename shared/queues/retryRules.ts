/**
 * When queue work is tried again, when that ends, and what happens then. A queue trigger has no other rule: host.json has the same values
 * (held equal by a test), and no function has a retry policy, which would multiply the deliveries. docs/logs.md describes them.
 *
 * | outcome of a delivery            | next                                                                              |
 * | -------------------------------- | --------------------------------------------------------------------------------- |
 * | done                             | the host deletes the message                                                      |
 * | `Obsolete`                       | ends with a warning: nothing is left to do                                        |
 * | `NotYet`                         | sent again as a new message after its `retryAfterSeconds`, `maxResends` times     |
 * | `NotYet` after the last re-send  | a failure like any other                                                          |
 * | `AwaitsReport` after the last    | ends with a warning: the next timer looks again                                   |
 * | any failure, `Refused` too       | visible again after `visibilityTimeoutSeconds`, `maxDeliveries` deliveries        |
 * | failure of the last delivery     | moved to the poison queue by the host                                             |
 * | it is not a work item            | a failure like any other                                                          |
 * | the app cannot start             | sent again unchanged, without limit (`postpone`): nothing was tried               |
 *
 * The host logs `Failed` for each failure, and success only for work that is done, has nothing left to do, or goes on as another message.
 * A message in the poison queue has a row in the table `failures`, is counted by metric, doctor, finding and health, and stays until an
 * operator replays or drops it, seven days at most.
 */
import { NotYet } from "../errors.ts";
import type { WorkItem } from "../storage/queue.ts";

export const RETRY_RULES = {
  /** `visibilityTimeout` in host.json. */
  visibilityTimeoutSeconds: 30,
  /** `maxDequeueCount` in host.json. */
  maxDeliveries: 5,
  /** Of one work item. Each re-send is a new message, with `maxDeliveries` deliveries. */
  maxResends: 10,
} as const;

/** What the host adds to a message. */
export type Metadata = Readonly<Record<string, unknown>>;

/** How often the host has delivered the message, this time included. */
export function deliveries(metadata: Metadata = {}): number {
  return Number(metadata["dequeueCount"] ?? 1);
}

/** True if after a failure the host moves the message to the poison queue. */
export function isLastDelivery(metadata: Metadata = {}): boolean {
  return deliveries(metadata) >= RETRY_RULES.maxDeliveries;
}

/** True if a `NotYet` is a failure from now on. */
export function isLastResend({ attempt = 0 }: Pick<WorkItem, "attempt">): boolean {
  return attempt >= RETRY_RULES.maxResends;
}

/** True if the work, still not possible after its last re-send, is in the poison queue now. */
export function isGivenUp(error: unknown, metadata?: Metadata): boolean {
  return error instanceof NotYet && isLastDelivery(metadata);
}

/** How many deliveries follow a failure of this one. */
export function deliveriesLeft(metadata: Metadata = {}): number {
  return Math.max(0, RETRY_RULES.maxDeliveries - deliveries(metadata));
}
