/**
 * The one place where a queue worker's outcome becomes the host's, by the rules in `shared/storage/queues/retryRules.ts`.
 */
import type { InvocationContext } from "@azure/functions";
import type { App } from "../shared/adapters/app.ts";
import type { Run } from "../shared/ports/ports.ts";
import type { QueueName, WorkItem } from "../shared/ports/queue.ts";

export interface Delivery extends App {
  /** If it fails now, whatever the failure, nobody will try this message again. */
  readonly isLastTry: boolean;
}

export type Worker = (run: Run, item: WorkItem, delivery: Delivery) => Promise<unknown>;

/** A queue trigger's handler that parses the message and lets `worker` do it. */
export function handleWork(queue: QueueName, worker: () => Promise<Worker>) {
  return async (message: unknown, context: InvocationContext): Promise<void> => {
    const [
      { app },
      { openPrepared },
      { parseWork },
      { isLastTry },
      { deliver },
      { hostLog },
      { withCorrelation },
    ] = await Promise.all([
      import("../shared/adapters/app.ts"),
      import("../shared/adapters/opening.ts"),
      import("./outcome.ts"),
      import("../shared/storage/queues/retryRules.ts"),
      import("./deliver.ts"),
      import("../shared/adapters/hostLog.ts"),
      import("../shared/core/correlation.ts"),
    ]);
    const log = hostLog(context);
    const item = parseWork(message, log);
    if (!item) return;
    const opening = await openPrepared(app, log);
    if (!opening.ok)
      return (await import("./postpone.ts")).postpone(queue, item, { obstacle: opening.obstacle, log });
    const { app: mooring, run } = opening;
    const { correlationId, what, id } = item;
    const delivery = { ...mooring, isLastTry: isLastTry(item, context.triggerMetadata) };
    await withCorrelation({ correlationId, what, id }, () =>
      deliver({ run, queue, item, context }, async () => (await worker())(run, item, delivery)),
    );
  };
}

/** `undefined` if something stands in the way, which is in the log: the next tick comes soon enough. */
export async function openOnTimer(context: InvocationContext): Promise<Run | undefined> {
  const [{ app }, { openPrepared }, { hostLog }] = await Promise.all([
    import("../shared/adapters/app.ts"),
    import("../shared/adapters/opening.ts"),
    import("../shared/adapters/hostLog.ts"),
  ]);
  const opening = await openPrepared(app, hostLog(context));
  return opening.ok ? opening.run : undefined;
}

/** A timer's handler that only asks for the work: the queue retries it, and a second timer at once adds nothing. */
export function enqueueOnTimer(queue: QueueName) {
  return async (_timer: unknown, context: InvocationContext): Promise<void> => {
    const [{ app }, { openUnprepared }, { enqueueOnce }, { hostLog }] = await Promise.all([
      import("../shared/adapters/app.ts"),
      import("../shared/adapters/opening.ts"),
      import("../shared/events/coalesce.ts"),
      import("../shared/adapters/hostLog.ts"),
    ]);
    const opening = await openUnprepared(app, hostLog(context));
    if (!opening.ok) return;
    // What is asked for may wait for an upgrade on its queue; the tick would be gone.
    await opening.app.demandKnown(opening.run);
    const hint = { why: "timer", correlationId: context.invocationId };
    await enqueueOnce(opening.run, { queue, what: queue, id: "all" }, hint);
  };
}
