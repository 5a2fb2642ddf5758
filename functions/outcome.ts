import { AwaitsReport, NotYet, Obsolete } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import type { Run } from "../shared/ports.ts";
import { isLastResend } from "../shared/queues/retryRules.ts";
import type { QueueName, WorkItem } from "../shared/storage/queue.ts";
import { readWork } from "../shared/storage/workMessage.ts";

/** The work item of a queue message; `undefined`, with a warning, if it is none. */
export function parseWork(message: unknown, log: Log): WorkItem | undefined {
  const read = readWork(message);
  if (read.ok) return read.item;
  log.warn("queue message refused: not a work item", { problems: read.problems });
  return undefined;
}

interface Delivered {
  readonly run: Run;
  readonly queue: QueueName;
  readonly item: WorkItem;
}

/** What became of work that did not fail. */
export type Settled = "done" | "not_yet" | "obsolete";

/** Does the work and maps its failure by the retry rules. @throws whatever the host is to log as failed and to deliver again */
export async function settle(delivery: Delivered, work: () => Promise<unknown>): Promise<Settled> {
  try {
    await work();
    return "done";
  } catch (error) {
    if (error instanceof NotYet) return sendAgain(delivery, error);
    if (!(error instanceof Obsolete)) throw error;
    delivery.run.log.warn("nothing is left to do", { why: error.message });
    return "obsolete";
  }
}

/**
 * Work that only waited for a report has not failed: what could be decided is decided, and the next timer requests the rest again.
 * @throws error for all other work: it was not done
 */
function endWork({ run }: Delivered, error: NotYet): Settled {
  if (!(error instanceof AwaitsReport)) throw error;
  run.log.warn("work ended before the cluster reported", { why: error.message });
  return "not_yet";
}

async function sendAgain(delivery: Delivered, error: NotYet): Promise<Settled> {
  const { run, queue, item } = delivery;
  if (isLastResend(item)) return endWork(delivery, error);
  const seconds = error.retryAfterSeconds;
  run.log.debug("work is sent again", { why: error.message, seconds });
  await run.ports.queue.send(queue, { ...item, attempt: (item.attempt ?? 0) + 1 }, seconds);
  return "not_yet";
}
