import { app, type InvocationContext } from "@azure/functions";
import { hostLog } from "../shared/hostLog.ts";

app.timer("watchQueues", { schedule: "15 * * * * *", handler: watchQueues });

async function watchQueues(_timer: unknown, context: InvocationContext): Promise<void> {
  const [{ app: open }, queues] = await Promise.all([
    import("../shared/app.ts"),
    import("../shared/queues/watch.ts"),
  ]);
  await queues.watchQueues((await open()).run(hostLog(context)));
}
