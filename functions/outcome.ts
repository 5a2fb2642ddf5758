import { AwaitsReport, NotYet, Obsolete } from "../shared/core/errors.ts";
import type { Log } from "../shared/ports/log.ts";
import type { Run } from "../shared/ports/ports.ts";
import { isLastResend } from "../shared/storage/queues/retryRules.ts";
import type { QueueName, WorkItem } from "../shared/ports/queue.ts";
import { readWork } from "../shared/storage/workMessage.ts";

/** The work item of a queue message; `undefined` with a warning if it is invalid. */
export function parseWork(message: unknown, log: Log): WorkItem | undefined {
  const read = readWork(message);
  if (read.ok) return read.item;
  log.warn("invalid queue message: not a work item", { problems: read.problems });
  return undefined;
}

interface Delivered {
  readonly run: Run;
  readonly queue: QueueName;
  readonly item: WorkItem;
}

/** The outcome of work that did not fail. */
export type Settled = "done" | "not_yet" | "obsolete";

/** Does the work and maps its failures by the retry rules. @throws every failure that the host must log and deliver again */
export async function settle(delivery: Delivered, work: () => Promise<unknown>): Promise<Settled> {
  try {
    await work();
    return "done";
  } catch (error) {
    if (error instanceof NotYet) return sendAgain(delivery, error);
    if (!(error instanceof Obsolete)) throw error;
    delivery.run.log.warn("work is obsolete", { why: error.message });
    return "obsolete";
  }
}

/**
 * Work that only needs a report of its cluster has not failed: what could be decided is decided, and the next timer requests the rest.
 * @throws error for all other work, because it was not done
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
  run.log.debug("work postponed", { why: error.message, seconds });
  await run.ports.queue.send(queue, { ...item, attempt: (item.attempt ?? 0) + 1 }, seconds);
  return "not_yet";
}
