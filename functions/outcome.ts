import { InvalidInput, NotYet, Refused } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import type { Run } from "../shared/ports.ts";
import type { QueueName, WorkItem } from "../shared/storage/queue.ts";
import { readWork } from "../shared/storage/workMessage.ts";

/** Work that stays impossible for this many re-sends is left to the timers. */
const MAX_ATTEMPTS = 10;

/** `maxDequeueCount` in host.json: then the host puts the message on the poison queue. */
const MAX_DELIVERIES = 5;

type Metadata = Readonly<Record<string, unknown>>;

/** How often the host has handed the message out, this time included. */
export function deliveries(metadata: Metadata = {}): number {
  return Number(metadata["dequeueCount"] ?? 1);
}

/** True if a failure makes the message poison. */
export function isLastDelivery(metadata: Metadata = {}): boolean {
  return deliveries(metadata) >= MAX_DELIVERIES;
}

/** True if the host, or `settle`, will not have the message tried again. */
export function isLastTry({ attempt = 0 }: WorkItem, metadata: Metadata = {}): boolean {
  return attempt >= MAX_ATTEMPTS || isLastDelivery(metadata);
}

/** The work item of a queue message; `undefined`, with a warning, if it is none: retrying would not help. */
export function parseWork(message: unknown, log: Log): WorkItem | undefined {
  const read = readWork(message);
  if (read.ok) return read.item;
  log.warn("queue message refused: not a work item", { problems: read.problems });
  return undefined;
}

/** What became of work that did not fail. */
export type Settled = "done" | "not_yet" | "refused" | "given_up";

/** Does the work and maps its failure; see `work.ts`. @throws whatever is to be tried again */
export async function settle(
  run: Run,
  queue: QueueName,
  item: WorkItem,
  work: () => Promise<unknown>,
): Promise<Settled> {
  try {
    await work();
    return "done";
  } catch (error) {
    if (error instanceof NotYet) return sendAgain(run, queue, item, error);
    if (!(error instanceof Refused || error instanceof InvalidInput)) throw error;
    run.log.warn("work refused", { why: error.message });
    return "refused";
  }
}

async function sendAgain(run: Run, queue: QueueName, item: WorkItem, error: NotYet): Promise<Settled> {
  const attempt = (item.attempt ?? 0) + 1;
  if (attempt > MAX_ATTEMPTS) {
    run.log.warn("work given up until the next timer", { why: error.message });
    return "given_up";
  }
  const seconds = error.retryAfterSeconds;
  run.log.debug("work is sent again", { why: error.message, seconds });
  await run.ports.queue.send(queue, { ...item, attempt }, seconds);
  return "not_yet";
}
