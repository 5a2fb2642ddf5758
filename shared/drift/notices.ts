/** Port: tells others what an audit found out. Each destination is its own message on the queue, so that one that fails keeps no other back. */
import type { Notice } from "./notice.ts";

export interface Notices {
  readonly name: Destination;
  /**
   * Told again after a failure: a receiver knows a notice by its id.
   * @throws NotYet if the receiver wants us to wait · Refused if it never will take it
   */
  tell(notices: readonly Notice[]): Promise<void>;
}

export type Destination = "webhook" | "topic";
