/**
 * Sends poison messages back to their queue as new work. Each is sent before it is deleted, so that none is lost. A duplicate after
 * a crash does no harm, because workers read the current state.
 */
import type { Run } from "../../ports/ports.ts";
import type { QueueName, WorkItem } from "../../ports/queue.ts";
import { forgetFailure } from "./failures.ts";
import { takeChosen, type Poisoned } from "./poison.ts";

/** Maximum length of a message's reason; see `workMessage.ts`. */
const WHY_CHARACTERS = 512;

/** The replayed messages, without those that are not work items or that another operator took meanwhile. */
export function replayPoison(
  run: Run,
  queue: QueueName,
  chosen: readonly Poisoned[],
  who: string,
): Promise<Poisoned[]> {
  return takeChosen(run, queue, chosen, async (poisoned) => {
    if (!poisoned.item) return undefined;
    await run.ports.queue.send(queue, anew(poisoned.item, who));
    await forgetFailure(run, queue, poisoned.item);
    logReplay(run, poisoned.item, { queue, who });
    return poisoned;
  });
}

/** The work item without its delivery count, and with the operator's name. Pure. */
export function anew({ what, id, why, seenAtUtc, correlationId }: WorkItem, who: string): WorkItem {
  const before = why.replace(/^replayed by [^;]*; /, "");
  const reason = `replayed by ${who.replaceAll(";", ",")}; ${before}`;
  return { what, id, why: reason.slice(0, WHY_CHARACTERS), seenAtUtc, correlationId };
}

function logReplay(
  run: Run,
  { what, id, correlationId }: WorkItem,
  by: { queue: QueueName; who: string },
): void {
  run.log.info("poison message replayed", { ...by, what, id, correlationId });
}
