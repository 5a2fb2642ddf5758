import { app, type InvocationContext } from "@azure/functions";
import { openOnTimer } from "./work.ts";

app.timer("pollLinks", { schedule: "30 */5 * * * *", handler: pollLinks });

async function pollLinks(_timer: unknown, context: InvocationContext): Promise<void> {
  const [links, run] = await Promise.all([import("../shared/links/poll.ts"), openOnTimer(context)]);
  await links.pollLinks(run);
}
