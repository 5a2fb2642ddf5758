import { app, type InvocationContext } from "@azure/functions";

app.eventGrid("onResourceEvent", { handler: onResourceEvent });

/** An event becomes queued work in milliseconds; what is no event is refused in the log, since sending it again would not help. */
async function onResourceEvent(event: unknown, context: InvocationContext): Promise<void> {
  const [{ app }, { receiveEvent }, { InvalidInput }] = await Promise.all([
    import("../shared/app.ts"),
    import("../shared/events/receive.ts"),
    import("../shared/errors.ts"),
  ]);
  try {
    await receiveEvent((await app()).run(context), event);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    context.warn("event refused", { problems: error.problems });
  }
}
