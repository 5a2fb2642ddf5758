/** One try of a queue message: counted, timed, and if it was the last one, remembered with its reason. */
import type { InvocationContext } from "@azure/functions";
import { messageOf } from "../shared/messageOf.ts";
import type { Run } from "../shared/ports.ts";
import { rememberFailure } from "../shared/queues/failures.ts";
import { deliveries, isGivenUp, isLastDelivery } from "../shared/queues/retryRules.ts";
import { supersedePoison } from "../shared/queues/supersede.ts";
import type { QueueName, WorkItem } from "../shared/storage/queue.ts";
import { settle, type Settled } from "./outcome.ts";

export interface Message {
  readonly run: Run;
  readonly queue: QueueName;
  readonly item: WorkItem;
  readonly context: Pick<InvocationContext, "invocationId" | "triggerMetadata">;
}

/** @throws whatever the host is to try again */
export async function deliver(message: Message, work: () => Promise<unknown>): Promise<void> {
  const { run, queue, item } = message;
  const started = performance.now();
  let outcome: Settled | "failed" | "given_up" = "failed";
  try {
    outcome = await settle(message, work);
    if (outcome === "done") await supersede(message);
  } catch (error) {
    if (isGivenUp(error, message.context.triggerMetadata)) outcome = "given_up";
    await failed(message, error);
    throw error;
  } finally {
    run.ports.metrics.record("mooring.work.outcomes", 1, { queue, what: item.what, outcome });
    run.ports.metrics.record("mooring.work.duration", (performance.now() - started) / 1000, {
      queue,
      outcome,
    });
  }
}

/** The work is done, whether or not older messages of it could be removed. */
async function supersede({ run, queue, item }: Message): Promise<void> {
  await supersedePoison(run, queue, item).catch((error: unknown) =>
    run.log.warn("older failed messages could not be removed", { queue, why: messageOf(error) }),
  );
}

async function failed({ run, queue, item, context }: Message, error: unknown): Promise<void> {
  const { invocationId, triggerMetadata } = context;
  const [tries, isLast] = [deliveries(triggerMetadata), isLastDelivery(triggerMetadata)];
  const why = messageOf(error);
  run.log.error("work failed", { queue, tries, isLast, resends: item.attempt ?? 0, why });
  if (!isLast) return;
  // Storage may be what is away: then the message is poison all the same, and its reason is in the log.
  await rememberFailure(run, queue, item, { error, tries, invocationId }).catch((lost: unknown) =>
    run.log.warn("the failure could not be recorded", { why: messageOf(lost) }),
  );
}
