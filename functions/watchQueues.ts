import { app, type InvocationContext } from "@azure/functions";
import { openOnTimer } from "./work.ts";

app.timer("watchQueues", { schedule: "15 * * * * *", handler: watchQueues });

async function watchQueues(_timer: unknown, context: InvocationContext): Promise<void> {
  const [queues, run] = await Promise.all([
    import("../shared/storage/queues/watch.ts"),
    openOnTimer(context),
  ]);
  await queues.watchQueues(run);
}
