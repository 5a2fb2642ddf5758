/**
 * When queue work is tried again, when that ends, and what happens then. A queue trigger has no other rule: host.json has the same values
 * (held equal by a test), and no function has a retry policy, which would multiply the deliveries. docs/logs.md describes them.
 *
 * | outcome of a delivery            | next                                                                              |
 * | -------------------------------- | --------------------------------------------------------------------------------- |
 * | done                             | the host deletes the message                                                      |
 * | `Refused`, `InvalidInput`        | ends with a warning: another try cannot change it                                 |
 * | `NotYet`                         | sent again as a new message after its `retryAfterSeconds`, `maxResends` times     |
 * | `NotYet` after the last re-send  | moved to the poison queue by `giveUp`                                             |
 * | `AwaitsReport` after the last    | ends with a warning: the next timer looks again                                   |
 * | any other failure                | visible again after `visibilityTimeoutSeconds`, `maxDeliveries` deliveries        |
 * | failure of the last delivery     | moved to the poison queue by the host                                             |
 * | the app cannot start             | sent again unchanged, without limit (`postpone`): nothing was tried               |
 *
 * A message in the poison queue has a row in the table `failures`, is counted by metric, doctor, finding and health, and stays until an
 * operator replays or drops it, seven days at most.
 */
import type { WorkItem } from "../../ports/queue.ts";

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

/** True if after a `NotYet` the work is given up. */
export function isLastResend({ attempt = 0 }: Pick<WorkItem, "attempt">): boolean {
  return attempt >= RETRY_RULES.maxResends;
}

/** True if the work is not tried again after a failure of either kind. */
export function isLastTry(item: Pick<WorkItem, "attempt">, metadata: Metadata = {}): boolean {
  return isLastResend(item) || isLastDelivery(metadata);
}
