import { app, type InvocationContext } from "@azure/functions";

app.eventGrid("onResourceEvent", { handler: onResourceEvent });

/** An event becomes queued work in milliseconds. What is no event fails too: Event Grid keeps it as a dead letter in the end. */
async function onResourceEvent(event: unknown, context: InvocationContext): Promise<void> {
  const [{ app }, { openUnprepared }, { receiveEvent }, { InvalidInput }, { hostLog }] = await Promise.all([
    import("../shared/app.ts"),
    import("../shared/opening.ts"),
    import("../shared/events/receive.ts"),
    import("../shared/errors.ts"),
    import("../shared/hostLog.ts"),
  ]);
  const opening = await openUnprepared(app, hostLog(context));
  // A failure lets Event Grid keep the event, and send it again for a day.
  if (!opening.ok) throw new Error(opening.obstacle.says);
  const { run } = opening;
  await opening.app.demandKnown(run);
  try {
    await receiveEvent(run, event);
  } catch (error) {
    if (error instanceof InvalidInput) run.log.warn("event refused", { problems: error.problems });
    throw error;
  }
}
