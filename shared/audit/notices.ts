/** Port: sends the results of an audit to a destination. Each destination has its own queue message, so that they fail independently. */
import type { Notice } from "./notice.ts";

declare module "../ports/ports.ts" {
  interface Ports {
    /** Where findings of audits are reported; may be empty. */
    readonly notices: readonly Notices[];
  }
}

export interface Notices {
  readonly name: Destination;
  /** `source` of the CloudEvents. */
  readonly source: string;
  /**
   * In order. After a failure all are sent again: receivers deduplicate by id.
   * @throws NotYet if the receiver is unavailable or throttles · Refused if it rejects them permanently
   */
  send(notices: readonly Notice[]): Promise<void>;
}

export const DESTINATIONS = ["webhook", "topic"] as const;
export type Destination = (typeof DESTINATIONS)[number];

/** Requests of limited size; the batches are the same each time. Pure. */
export function inBatches(notices: readonly Notice[]): Notice[][] {
  return Array.from({ length: Math.ceil(notices.length / BATCH) }, (_, n) =>
    notices.slice(n * BATCH, (n + 1) * BATCH),
  );
}

const BATCH = 100;
