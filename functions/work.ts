/**
 * Handlers of queue and timer triggers. Outcomes of work are mapped by the rules in `shared/storage/queues/retryRules.ts`.
 */
import type { InvocationContext } from "@azure/functions";
import type { App } from "../shared/adapters/app.ts";
import type { Opened, Opening } from "../shared/openApp.ts";
import type { Run } from "../shared/ports/ports.ts";
import type { QueueName, WorkItem } from "../shared/ports/queue.ts";

export interface Delivery extends App {
  /** Deliveries of the message that follow if this one fails. */
  readonly deliveriesLeft: number;
}

export type Worker = (run: Run, item: WorkItem, delivery: Delivery) => Promise<unknown>;

/** A queue trigger's handler that parses the message and calls `worker`. */
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
      import("../shared/adapters/app.ts"),
      import("../shared/openApp.ts"),
      import("./outcome.ts"),
      import("../shared/storage/queues/retryRules.ts"),
      import("./deliver.ts"),
      import("../shared/adapters/hostLog.ts"),
      import("../shared/core/correlation.ts"),
    ]);
    const log = hostLog(context);
    const item = parseWork(message, log);
    // The host moves it to the poison queue, where an operator sees it.
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

/** @throws Error if the app cannot be opened, for the host to log a failure; the cause is in the log, and the next tick retries */
export async function openOnTimer(context: InvocationContext): Promise<Run> {
  const [{ app }, { openPrepared }, { hostLog }] = await Promise.all([
    import("../shared/adapters/app.ts"),
    import("../shared/openApp.ts"),
    import("../shared/adapters/hostLog.ts"),
  ]);
  return demandOpened(await openPrepared(app, hostLog(context))).run;
}

function demandOpened(opening: Opening): Opened {
  if (opening.ok) return opening;
  throw new Error(opening.obstacle.message);
}

/** A timer's handler that only enqueues the work: the queue retries it, and concurrent timers enqueue it once. */
export function enqueueOnTimer(queue: QueueName) {
  return async (_timer: unknown, context: InvocationContext): Promise<void> => {
    const [run, { enqueueOnce }] = await Promise.all([
      openOnTimer(context),
      import("../shared/events/coalesce.ts"),
    ]);
    const hint = { why: "timer", correlationId: context.invocationId };
    await enqueueOnce(run, { queue, what: queue, id: "all" }, hint);
  };
}
