import { app } from "@azure/functions";
import { enqueueOnTimer, handleWork } from "./work.ts";

app.timer("auditDrift", { schedule: "0 30 * * * *", handler: enqueueOnTimer("drift") });

app.storageQueue("auditDriftWork", {
  queueName: "mooring-drift",
  connection: "AzureWebJobsStorage",
  handler: handleWork("drift", async () => {
    const { auditWork } = await import("../shared/audit/auditWork.ts");
    return (run, item, delivery) => auditWork(run, item, delivery);
  }),
});
