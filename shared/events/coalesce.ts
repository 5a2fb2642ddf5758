/**
 * Enqueues work once per burst of events. A row records that a message for the key is pending; further events add nothing, because
 * the worker starts after the window and reads the current state. The window ends no later than the message becomes visible, so
 * an event after the worker started always adds a message. A crash between row and message delays the work by one window.
 */
import { canonicalId } from "../azure/resourceId.ts";
import type { Row, Table, Write } from "../ports/table.ts";
import type { Run } from "../ports/ports.ts";
import type { QueueName } from "../ports/queue.ts";
import type { Work } from "./toWork.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly waiting: Table<WaitingRow>;
  }
}

/** Work for this key is already on its queue; further events before `untilUtc` add nothing. */
interface WaitingRow {
  readonly untilUtc: string;
  /** Distinguishes a claim from all others. */
  readonly by?: string;
  /** When messages for the key became visible within the last minute, or will. */
  readonly visibleAtUtc?: readonly string[];
  /** When an event, not a timer, last requested it. */
  readonly eventAtUtc?: string;
}

const WINDOW_SECONDS: Readonly<Record<QueueName, number>> = {
  pls: 2,
  inventory: 10,
  orphans: 10,
  drift: 5,
  notices: 2,
};

/** Limits reads of a PLS per minute, for any number of events: further work is delayed until the minute ends. */
const PLS_MESSAGES_PER_MINUTE = 2;
const MINUTE = 60_000;

export interface Hint {
  readonly why: string;
  readonly correlationId: string;
  /** Time of the event that requests the work; absent if a timer does. */
  readonly eventAtUtc?: string;
}

/** True if a message was sent, false if one is already pending. */
export async function enqueueOnce(run: Run, work: Work, hint: Hint): Promise<boolean> {
  const key = keyOf(work);
  const row = await run.ports.tables.waiting.get(work.queue, key);
  if (row && isWaiting(run, row.value)) return false;
  const windowSeconds = windowOf(run, work.queue, row);
  const { eventAtUtc = row?.value.eventAtUtc, ...cause } = hint;
  const version = await claim(run, { partition: work.queue, key, row, windowSeconds, eventAtUtc });
  if (version === undefined) return false;
  const { what, id } = work;
  try {
    await run.ports.queue.send(
      work.queue,
      { what, id, ...cause, seenAtUtc: run.now().toISOString() },
      windowSeconds,
    );
  } catch (error) {
    // Event Grid retries the event: then the row must not claim that a message is pending.
    await run.ports.tables.waiting.transact(work.queue, [{ do: "remove", key, version }]);
    throw error;
  }
  return true;
}

/**
 * No window is longer than a minute. A row with a later end was written by a host whose clock is ahead, and would suppress work
 * for as long as the clocks differ. A second message does no harm.
 */
function isWaiting(run: Run, { untilUtc }: WaitingRow): boolean {
  const rest = Date.parse(untilUtc) - run.now().getTime();
  return rest > 0 && rest <= MINUTE;
}

function keyOf({ what, id }: Work): string {
  return `${what}|${canonicalId(id)}`;
}

function windowOf(run: Run, queue: QueueName, row: Row<WaitingRow> | undefined): number {
  const visible = queue === "pls" ? lately(run, row) : [];
  const [first] = visible.slice(-PLS_MESSAGES_PER_MINUTE);
  if (first === undefined || visible.length < PLS_MESSAGES_PER_MINUTE) return WINDOW_SECONDS[queue];
  const rest = Date.parse(first) + MINUTE - run.now().getTime();
  return Math.max(Math.ceil(rest / 1000), WINDOW_SECONDS[queue]);
}

function lately(run: Run, row: Row<WaitingRow> | undefined): readonly string[] {
  const now = run.now();
  const since = new Date(now.getTime() - MINUTE).toISOString();
  return (row?.value.visibleAtUtc ?? []).filter((atUtc) => atUtc > since && atUtc <= now.toISOString());
}

interface Claim {
  readonly partition: string;
  readonly key: string;
  readonly row: Row<WaitingRow> | undefined;
  readonly windowSeconds: number;
  readonly eventAtUtc: string | undefined;
}

/** The row's version; `undefined` if another event of the burst was faster: its message covers this one, too. */
async function claim(run: Run, { partition, key, row, ...claimed }: Claim): Promise<string | undefined> {
  const { windowSeconds, eventAtUtc } = claimed;
  const untilUtc = new Date(run.now().getTime() + windowSeconds * 1000).toISOString();
  const visibleAtUtc = [...lately(run, row), untilUtc];
  const by = run.newId();
  const value = { untilUtc, visibleAtUtc, by, ...(eventAtUtc !== undefined && { eventAtUtc }) };
  const write: Write<WaitingRow> = row
    ? { do: "replace", key, value, version: row.version }
    : { do: "insert", key, value };
  const written = await run.ports.tables.waiting.transact(partition, [write]);
  if (written.ok) return written.versions[0];
  // The row may be ours if only storage's response was lost: then no other event sends a message.
  const there = await run.ports.tables.waiting.get(partition, key);
  return there?.value.by === by ? there.version : undefined;
}
