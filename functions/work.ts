/**
 * The one place where a queue worker's outcome becomes the host's, by the rules in `shared/queues/retryRules.ts`.
 */
import type { InvocationContext } from "@azure/functions";
import type { App } from "../shared/app.ts";
import type { Opened, Opening } from "../shared/opening.ts";
import type { Run } from "../shared/ports.ts";
import type { QueueName, WorkItem } from "../shared/storage/queue.ts";

export interface Delivery extends App {
  /** After this one, if it fails. */
  readonly deliveriesLeft: number;
}

export type Worker = (run: Run, item: WorkItem, delivery: Delivery) => Promise<unknown>;

/** A queue trigger's handler that parses the message and lets `worker` do it. */
export function handleWork(queue: QueueName, worker: () => Promise<Worker>) {
  return async (message: unknown, context: InvocationContext): Promise<void> => {
    const [
      { app },
      { openPrepared },
      { parseWork },
      { deliveriesLeft },
      { deliver },
      { hostLog },
      { withCorrelation },
    ] = await Promise.all([
      import("../shared/app.ts"),
      import("../shared/opening.ts"),
      import("./outcome.ts"),
      import("../shared/queues/retryRules.ts"),
      import("./deliver.ts"),
      import("../shared/hostLog.ts"),
      import("../shared/correlation.ts"),
    ]);
    const log = hostLog(context);
    const item = parseWork(message, log);
    // Whoever sent it meant something by it: an operator finds it in the poison queue.
    if (!item) throw new Error("the queue message is not a work item");
    const opening = await openPrepared(app, log);
    if (!opening.ok)
      return (await import("./postpone.ts")).postpone(queue, item, { obstacle: opening.obstacle, log });
    const { app: mooring, run } = opening;
    const { correlationId, what, id } = item;
    const delivery = { ...mooring, deliveriesLeft: deliveriesLeft(context.triggerMetadata) };
    await withCorrelation({ correlationId, what, id }, () =>
      deliver({ run, queue, item, context }, async () => (await worker())(run, item, delivery)),
    );
  };
}

/** @throws Error if something stands in the way, which is in the log: the host logs a failure, and the next tick tries again */
export async function openOnTimer(context: InvocationContext): Promise<Run> {
  const [{ app }, { openPrepared }, { hostLog }] = await Promise.all([
    import("../shared/app.ts"),
    import("../shared/opening.ts"),
    import("../shared/hostLog.ts"),
  ]);
  return demandOpened(await openPrepared(app, hostLog(context))).run;
}

function demandOpened(opening: Opening): Opened {
  if (opening.ok) return opening;
  throw new Error(opening.obstacle.says);
}

/** A timer's handler that only asks for the work: the queue retries it, and a second timer at once adds nothing. */
export function enqueueOnTimer(queue: QueueName) {
  return async (_timer: unknown, context: InvocationContext): Promise<void> => {
    const [{ app }, { openUnprepared }, { enqueueOnce }, { hostLog }] = await Promise.all([
      import("../shared/app.ts"),
      import("../shared/opening.ts"),
      import("../shared/events/coalesce.ts"),
      import("../shared/hostLog.ts"),
    ]);
    const opening = demandOpened(await openUnprepared(app, hostLog(context)));
    // What is asked for may wait for an upgrade on its queue; the tick would be gone.
    await opening.app.demandKnown(opening.run);
    const hint = { why: "timer", correlationId: context.invocationId };
    await enqueueOnce(opening.run, { queue, what: queue, id: "all" }, hint);
  };
}
