import { app, type InvocationContext } from "@azure/functions";

app.eventGrid("onResourceEvent", { handler: onResourceEvent });

/** Turns an event into queued work. An invalid event is logged and dropped, because a retry would not help. */
async function onResourceEvent(event: unknown, context: InvocationContext): Promise<void> {
  const [{ app }, { openUnprepared }, { receiveEvent }, { InvalidInput }, { hostLog }] = await Promise.all([
    import("../shared/adapters/app.ts"),
    import("../shared/openApp.ts"),
    import("../shared/events/receive.ts"),
    import("../shared/core/errors.ts"),
    import("../shared/adapters/hostLog.ts"),
  ]);
  const opening = await openUnprepared(app, hostLog(context));
  // After a failure Event Grid retries the event for a day.
  if (!opening.ok) throw new Error(opening.obstacle.message);
  const { run } = opening;
  await opening.app.demandKnown(run);
  try {
    await receiveEvent(run, event);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    run.log.warn("invalid event dropped", { problems: error.problems });
  }
}
