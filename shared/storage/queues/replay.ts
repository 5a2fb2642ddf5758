/**
 * Puts poisoned messages back on their queue, as if they had just been asked for: sent first, deleted after, so that none is lost. One
 * that is there twice after a crash does no harm, since its worker reads the world afresh.
 */
import type { Run } from "../../ports/ports.ts";
import type { QueueName, WorkItem } from "../../ports/queue.ts";
import { forgetFailure } from "./failures.ts";
import { takeChosen, type Poisoned } from "./poison.ts";

/** What a message may say at most; see `workMessage.ts`. */
const WHY_CHARACTERS = 512;

/** Those of them that went back: what is no work item stays, and so does what somebody else took meanwhile. */
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
    tell(run, poisoned.item, { queue, who });
    return poisoned;
  });
}

/** With all its tries before it, and who wanted it. Pure. */
export function anew({ what, id, why, seenAtUtc, correlationId }: WorkItem, who: string): WorkItem {
  const before = why.replace(/^replayed by [^;]*; /, "");
  const said = `replayed by ${who.replaceAll(";", ",")}; ${before}`;
  return { what, id, why: said.slice(0, WHY_CHARACTERS), seenAtUtc, correlationId };
}

function tell(run: Run, { what, id, correlationId }: WorkItem, by: { queue: QueueName; who: string }): void {
  run.log.info("poisoned message replayed", { ...by, what, id, correlationId });
}
