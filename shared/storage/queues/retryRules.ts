/**
 * When queue work is tried again, when that ends, and what happens then. A queue trigger has no other rule: host.json has the same values
 * (held equal by a test), and no function has a retry policy, which would multiply the deliveries. docs/platform/logs.md describes them.
 *
 * | outcome of a delivery            | next                                                                              |
 * | -------------------------------- | --------------------------------------------------------------------------------- |
 * | done                             | the host deletes the message                                                      |
 * | `Obsolete`                       | ends with a warning: what the work is about no longer exists                      |
 * | `NotYet`                         | sent again as a new message after its `retryAfterSeconds`, `maxResends` times     |
 * | `NotYet` after the last re-send  | a failure like any other                                                          |
 * | `AwaitsReport` after the last    | ends with a warning: the next timer checks again                                  |
 * | any failure, `Refused` too       | visible again after `visibilityTimeoutSeconds`, `maxDeliveries` deliveries        |
 * | failure of the last delivery     | moved to the poison queue by the host                                             |
 * | the message is not a work item   | a failure like any other                                                          |
 * | the app cannot start             | sent again unchanged, without limit (`postpone`): the work did not start          |
 *
 * The host logs `Failed` for each failure, and success only for work that is done, is obsolete, or was sent again.
 * A message in the poison queue has a row in the table `failures`, is counted by metric, doctor, finding and health, and stays until an
 * operator replays or drops it, seven days at most.
 */
import { NotYet } from "../../core/errors.ts";
import type { WorkItem } from "../../ports/queue.ts";

export const RETRY_RULES = {
  /** `visibilityTimeout` in host.json. */
  visibilityTimeoutSeconds: 30,
  /** `maxDequeueCount` in host.json. */
  maxDeliveries: 5,
  /** Re-sends of one work item. Each is a new message, with `maxDeliveries` deliveries. */
  maxResends: 10,
} as const;

/** The host's metadata of a message. */
export type Metadata = Readonly<Record<string, unknown>>;

/** How often the host has delivered the message, including this delivery. */
export function deliveries(metadata: Metadata = {}): number {
  return Number(metadata["dequeueCount"] ?? 1);
}

/** True if the host moves the message to the poison queue after a failure. */
export function isLastDelivery(metadata: Metadata = {}): boolean {
  return deliveries(metadata) >= RETRY_RULES.maxDeliveries;
}

/** True if a further `NotYet` is a failure. */
export function isLastResend({ attempt = 0 }: Pick<WorkItem, "attempt">): boolean {
  return attempt >= RETRY_RULES.maxResends;
}

/** True if the host moves work that is still not possible after its last re-send to the poison queue. */
export function isGivenUp(error: unknown, metadata?: Metadata): boolean {
  return error instanceof NotYet && isLastDelivery(metadata);
}

/** How many deliveries follow if this one fails. */
export function deliveriesLeft(metadata: Metadata = {}): number {
  return Math.max(0, RETRY_RULES.maxDeliveries - deliveries(metadata));
}
