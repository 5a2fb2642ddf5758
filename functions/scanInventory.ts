import { app } from "@azure/functions";
import { enqueueOnTimer, handleWork } from "./work.ts";

app.timer("scanInventory", { schedule: "0 */15 * * * *", handler: enqueueOnTimer("inventory") });

app.storageQueue("scanInventoryWork", {
  queueName: "mooring-inventory",
  connection: "AzureWebJobsStorage",
  handler: handleWork("inventory", async () => {
    const { scanInventory } = await import("../shared/inventory/scan.ts");
    return (run) => scanInventory(run);
  }),
});
