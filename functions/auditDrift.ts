import { app } from "@azure/functions";
import { enqueueOnTimer, handleWork } from "./work.ts";

app.timer("auditDrift", { schedule: "0 30 * * * *", handler: enqueueOnTimer("drift") });

app.storageQueue("auditDriftWork", {
  queueName: "mooring-drift",
  connection: "AzureWebJobsStorage",
  handler: handleWork("drift", async () => {
    const { auditDrift } = await import("../shared/drift/audit.ts");
    return (run) => auditDrift(run);
  }),
});
