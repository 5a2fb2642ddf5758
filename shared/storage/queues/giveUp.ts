/** Work that was not possible after its last delayed re-send: visible, counted and replayable like work that failed. */
import { messageOf } from "../../core/messageOf.ts";
import type { Run } from "../../ports/ports.ts";
import type { QueueName, WorkItem } from "../../ports/queue.ts";
import { rememberFailure } from "./failures.ts";

export interface GivenUp {
  readonly run: Run;
  readonly queue: QueueName;
  readonly item: WorkItem;
  readonly invocationId: string;
}

/** @throws whatever storage throws if the message could not be moved: then the host delivers it again */
export async function giveUp({ run, queue, item, invocationId }: GivenUp, error: Error): Promise<void> {
  const tries = (item.attempt ?? 0) + 1;
  run.log.error("work given up", { queue, tries, why: error.message });
  await run.ports.queue.sendToPoison(queue, item);
  await rememberFailure(run, queue, item, { error, tries, invocationId }).catch((lost: unknown) =>
    run.log.warn("the failure could not be recorded", { why: messageOf(lost) }),
  );
}
