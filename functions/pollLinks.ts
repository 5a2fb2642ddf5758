import { app, type InvocationContext } from "@azure/functions";
import { hostLog } from "../shared/hostLog.ts";

app.timer("pollLinks", { schedule: "30 */5 * * * *", handler: pollLinks });

async function pollLinks(_timer: unknown, context: InvocationContext): Promise<void> {
  const [{ app: open }, links] = await Promise.all([
    import("../shared/app.ts"),
    import("../shared/links/poll.ts"),
  ]);
  await links.pollLinks((await open()).run(hostLog(context)));
}
