/**
 * Enqueues work once per burst. A row says that a message for the key is still waiting; events until then add nothing, because the
 * message is seen only after the window and its worker reads the world afresh. The window ends no later than the message becomes
 * visible, so an event after the worker began always makes a new message; a crash between row and message costs one window.
 */
import { canonicalId } from "../azure/resourceId.ts";
import type { Row, Write } from "../ports/table.ts";
import type { Run, WaitingRow } from "../ports/ports.ts";
import type { QueueName } from "../ports/queue.ts";
import type { Work } from "./toWork.ts";

const WINDOW_SECONDS: Readonly<Record<QueueName, number>> = {
  pls: 2,
  inventory: 10,
  orphans: 10,
  drift: 5,
  notices: 2,
};

/** A PLS is read at most so often within a minute, however many events there are: further ones wait for the minute to end. */
const PLS_MESSAGES_PER_MINUTE = 2;
const MINUTE = 60_000;

export interface Hint {
  readonly why: string;
  readonly correlationId: string;
  /** When the event that asks for it came; absent if none did. */
  readonly eventAtUtc?: string;
}

/** True if a message was sent, false if one is already waiting. */
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
    // Event Grid will send the event again: then no message must seem to be waiting.
    await run.ports.tables.waiting.transact(work.queue, [{ do: "remove", key, version }]);
    throw error;
  }
  return true;
}

/**
 * No window is longer than a minute: a row that ends later was written by a host whose clock is ahead, and would suppress work for as
 * long as the clocks differ. A second message does no harm.
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

/** The claim's version; `undefined` if another event of the burst was faster: its message will do for this one too. */
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
  // Ours, if storage has done it and only its answer was lost: then nobody else sends a message.
  const there = await run.ports.tables.waiting.get(partition, key);
  return there?.value.by === by ? there.version : undefined;
}
