import { app, type InvocationContext } from "@azure/functions";
import { hostLog } from "../shared/hostLog.ts";

app.eventGrid("onResourceEvent", { handler: onResourceEvent });

/** An event becomes queued work in milliseconds; what is no event is refused in the log, since sending it again would not help. */
async function onResourceEvent(event: unknown, context: InvocationContext): Promise<void> {
  const [{ app }, { receiveEvent }, { InvalidInput }] = await Promise.all([
    import("../shared/app.ts"),
    import("../shared/events/receive.ts"),
    import("../shared/errors.ts"),
  ]);
  // While the settings are broken this fails, and Event Grid keeps the event.
  const run = (await app()).run(hostLog(context));
  try {
    await receiveEvent(run, event);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    run.log.warn("event refused", { problems: error.problems });
  }
}
