import { app, type InvocationContext } from "@azure/functions";
import { openOnTimer } from "./work.ts";

app.timer("pollPrivateLinkServices", { schedule: "30 */5 * * * *", handler: pollPrivateLinkServices });

async function pollPrivateLinkServices(_timer: unknown, context: InvocationContext): Promise<void> {
  const [privateLinkServices, run] = await Promise.all([
    import("../shared/pls/poll.ts"),
    openOnTimer(context),
  ]);
  await privateLinkServices.pollPrivateLinkServices(run);
}
