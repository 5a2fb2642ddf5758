/**
 * The one place where a queue worker's outcome becomes the host's: `NotYet` goes back on the queue with its delay,
 * refused and invalid work ends with a warning, everything else is thrown, retried and finally poisoned.
 */
import type { InvocationContext } from "@azure/functions";
import type { App } from "../shared/app.ts";
import { withCorrelation } from "../shared/correlation.ts";
import { hostLog } from "../shared/hostLog.ts";
import type { Run } from "../shared/ports.ts";
import type { QueueName, WorkItem } from "../shared/storage/queue.ts";

export interface Delivery extends App {
  /** If it fails now, whatever the failure, nobody will try this message again. */
  readonly isLastTry: boolean;
}

export type Worker = (run: Run, item: WorkItem, delivery: Delivery) => Promise<unknown>;

/** A queue trigger's handler that parses the message and lets `worker` do it. */
export function handleWork(queue: QueueName, worker: () => Promise<Worker>) {
  return async (message: unknown, context: InvocationContext): Promise<void> => {
    const [{ app }, outcome, { deliver }] = await Promise.all([
      import("../shared/app.ts"),
      import("./outcome.ts"),
      import("./deliver.ts"),
    ]);
    const mooring = await app();
    const run = mooring.run(hostLog(context));
    const item = outcome.parseWork(message, run.log);
    if (!item) return;
    const { correlationId, what, id } = item;
    const delivery = { ...mooring, isLastTry: outcome.isLastTry(item, context.triggerMetadata) };
    await withCorrelation({ correlationId, what, id }, () =>
      deliver({ run, queue, item, context }, async () => (await worker())(run, item, delivery)),
    );
  };
}

/** A timer's handler that only asks for the work: the queue retries it, and a second timer at once adds nothing. */
export function enqueueOnTimer(queue: QueueName) {
  return async (_timer: unknown, context: InvocationContext): Promise<void> => {
    const [{ app }, { enqueueOnce }] = await Promise.all([
      import("../shared/app.ts"),
      import("../shared/events/coalesce.ts"),
    ]);
    const hint = { why: "timer", correlationId: context.invocationId };
    await enqueueOnce((await app()).run(hostLog(context)), { queue, what: queue, id: "all" }, hint);
  };
}
