/** Port: tells others what an audit found out. Each destination is its own message on the queue, so that one that fails keeps no other back. */
import type { Notice } from "./notice.ts";

export interface Notices {
  readonly name: Destination;
  /** What notices say of whom they come from. */
  readonly source: string;
  /**
   * In order. After a failure all are told again: a receiver knows a notice by its id.
   * @throws NotYet if the receiver wants us to wait · Refused if it never will take them
   */
  tell(notices: readonly Notice[]): Promise<void>;
}

export const DESTINATIONS = ["webhook", "topic"] as const;
export type Destination = (typeof DESTINATIONS)[number];

/** No request carries more; what is in each is the same whenever they are told. Pure. */
export function inBatches(notices: readonly Notice[]): Notice[][] {
  return Array.from({ length: Math.ceil(notices.length / BATCH) }, (_, n) =>
    notices.slice(n * BATCH, (n + 1) * BATCH),
  );
}

const BATCH = 100;
