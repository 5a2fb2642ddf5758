import { app, type InvocationContext } from "@azure/functions";

app.eventGrid("onResourceEvent", { handler: onResourceEvent });

/** Turns an event into queued work. An invalid event fails too: after its retries Event Grid dead-letters it. */
async function onResourceEvent(event: unknown, context: InvocationContext): Promise<void> {
  const [{ app }, { openPrepared }, { receiveEvent }, { InvalidInput }, { hostLog }] = await Promise.all([
    import("../shared/adapters/app.ts"),
    import("../shared/openApp.ts"),
    import("../shared/events/receive.ts"),
    import("../shared/core/errors.ts"),
    import("../shared/adapters/hostLog.ts"),
  ]);
  const opening = await openPrepared(app, hostLog(context));
  // After a failure Event Grid retries the event for a day.
  if (!opening.ok) throw new Error(opening.obstacle.message);
  const { run } = opening;
  try {
    await receiveEvent(run, event);
  } catch (error) {
    if (error instanceof InvalidInput) run.log.warn("invalid event", { problems: error.problems });
    throw error;
  }
}
