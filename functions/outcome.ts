import { AwaitsReport, InvalidInput, NotYet, Refused } from "../shared/core/errors.ts";
import type { Log } from "../shared/ports/log.ts";
import { giveUp, type GivenUp } from "../shared/storage/queues/giveUp.ts";
import { isLastResend } from "../shared/storage/queues/retryRules.ts";
import type { WorkItem } from "../shared/ports/queue.ts";
import { readWork } from "../shared/storage/workMessage.ts";

/** The work item of a queue message; `undefined`, with a warning, if it is none: retrying would not help. */
export function parseWork(message: unknown, log: Log): WorkItem | undefined {
  const read = readWork(message);
  if (read.ok) return read.item;
  log.warn("queue message refused: not a work item", { problems: read.problems });
  return undefined;
}

/** What became of work that did not fail. */
export type Settled = "done" | "not_yet" | "refused" | "given_up";

/** Does the work and maps its failure by the retry rules. @throws whatever the host is to deliver again */
export async function settle(delivery: GivenUp, work: () => Promise<unknown>): Promise<Settled> {
  try {
    await work();
    return "done";
  } catch (error) {
    if (error instanceof NotYet) return sendAgain(delivery, error);
    if (!(error instanceof Refused || error instanceof InvalidInput)) throw error;
    delivery.run.log.warn("work refused", { why: error.message });
    return "refused";
  }
}

/** Work that only waited for a report has not failed: the next timer requests it again. */
async function endWork(delivery: GivenUp, error: NotYet): Promise<Settled> {
  if (error instanceof AwaitsReport) {
    delivery.run.log.warn("work ended before the cluster reported", { why: error.message });
    return "not_yet";
  }
  await giveUp(delivery, error);
  return "given_up";
}

async function sendAgain(delivery: GivenUp, error: NotYet): Promise<Settled> {
  const { run, queue, item } = delivery;
  if (isLastResend(item)) return endWork(delivery, error);
  const seconds = error.retryAfterSeconds;
  run.log.debug("work is sent again", { why: error.message, seconds });
  await run.ports.queue.send(queue, { ...item, attempt: (item.attempt ?? 0) + 1 }, seconds);
  return "not_yet";
}
