import { app, type InvocationContext } from "@azure/functions";

app.eventGrid("onResourceEvent", { handler: onResourceEvent });

/** An event becomes queued work in milliseconds; what is no event is refused in the log, since sending it again would not help. */
async function onResourceEvent(event: unknown, context: InvocationContext): Promise<void> {
  const [{ app }, { openUnprepared }, { receiveEvent }, { InvalidInput }, { hostLog }] = await Promise.all([
    import("../shared/adapters/app.ts"),
    import("../shared/adapters/opening.ts"),
    import("../shared/events/receive.ts"),
    import("../shared/core/errors.ts"),
    import("../shared/adapters/hostLog.ts"),
  ]);
  const opening = await openUnprepared(app, hostLog(context));
  // A failure lets Event Grid keep the event, and send it again for a day.
  if (!opening.ok) throw new Error(opening.obstacle.says);
  const { run } = opening;
  await opening.app.demandKnown(run);
  try {
    await receiveEvent(run, event);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    run.log.warn("event refused", { problems: error.problems });
  }
}
