import { app } from "@azure/functions";
import { enqueueOnTimer, handleWork } from "./work.ts";

app.timer("sweepOrphans", { schedule: "0 0 * * * *", handler: enqueueOnTimer("orphans") });

app.storageQueue("sweepOrphansWork", {
  queueName: "mooring-orphans",
  connection: "AzureWebJobsStorage",
  handler: handleWork("orphans", async () => {
    const { sweepOrphans } = await import("../shared/orphans/sweep.ts");
    return (run, item, { apply }) => sweepOrphans(run, apply, item);
  }),
});
