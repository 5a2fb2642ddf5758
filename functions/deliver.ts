/** One delivery of a queue message: recorded in metrics, and with its reason if the last delivery failed. */
import type { InvocationContext } from "@azure/functions";
import { messageOf } from "../shared/core/messageOf.ts";
import type { Run } from "../shared/ports/ports.ts";
import { rememberFailure } from "../shared/storage/queues/failures.ts";
import { deliveries, isGivenUp, isLastDelivery } from "../shared/storage/queues/retryRules.ts";
import { supersedePoison } from "../shared/storage/queues/supersede.ts";
import type { QueueName, WorkItem } from "../shared/ports/queue.ts";
import { settle, type Settled } from "./outcome.ts";

export interface Message {
  readonly run: Run;
  readonly queue: QueueName;
  readonly item: WorkItem;
  readonly context: Pick<InvocationContext, "invocationId" | "triggerMetadata">;
}

/** @throws every failure that the host must retry */
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

/** Never fails: the work is done even if older messages for it could not be removed. */
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
  // Storage may be unavailable: the message goes to the poison queue anyway, and its reason is in the log.
  await rememberFailure(run, queue, item, { error, tries, invocationId }).catch((lost: unknown) =>
    run.log.warn("the failure could not be recorded", { why: messageOf(lost) }),
  );
}
