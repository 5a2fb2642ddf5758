import * as z from "zod";
import { InvalidInput, NotYet, Refused } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import type { Run } from "../shared/ports.ts";
import type { QueueName, WorkItem } from "../shared/storage/queue.ts";

const WorkMessage = z.object({
  what: z.string().min(1).max(64),
  id: z.string().min(1).max(2048),
  why: z.string().max(512),
  seenAtUtc: z.iso.datetime(),
  correlationId: z.string().max(128),
  attempt: z.number().int().min(0).optional(),
});

/** Work that stays impossible for this many re-sends is left to the timers. */
const MAX_ATTEMPTS = 10;

/** `maxDequeueCount` in host.json: then the host puts the message on the poison queue. */
const MAX_DELIVERIES = 5;

/** True if the host, or `settle`, will not have the message tried again. */
export function isLastTry(
  { attempt = 0 }: WorkItem,
  metadata: Readonly<Record<string, unknown>> = {},
): boolean {
  return attempt >= MAX_ATTEMPTS || Number(metadata["dequeueCount"] ?? 1) >= MAX_DELIVERIES;
}

/** The work item of a queue message; `undefined`, with a warning, if it is none: retrying would not help. */
export function parseWork(message: unknown, log: Log): WorkItem | undefined {
  const parsed = WorkMessage.safeParse(message);
  if (parsed.success) return parsed.data as WorkItem;
  log.warn("queue message refused: not a work item", { problems: parsed.error.issues.map((i) => i.message) });
  return undefined;
}

/** Does the work and maps its failure; see `work.ts`. */
export async function settle(
  run: Run,
  queue: QueueName,
  item: WorkItem,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof NotYet) return sendAgain(run, queue, item, error);
    if (!(error instanceof Refused || error instanceof InvalidInput)) throw error;
    run.log.warn("work refused", { what: item.what, id: item.id, why: error.message });
  }
}

async function sendAgain(run: Run, queue: QueueName, item: WorkItem, error: NotYet): Promise<void> {
  const attempt = (item.attempt ?? 0) + 1;
  if (attempt > MAX_ATTEMPTS)
    return run.log.warn("work given up until the next timer", {
      what: item.what,
      id: item.id,
      why: error.message,
    });
  const seconds = error.retryAfterSeconds;
  run.log.debug("work is sent again", { what: item.what, id: item.id, why: error.message, seconds });
  await run.ports.queue.send(queue, { ...item, attempt }, seconds);
}
