import { app } from "@azure/functions";
import { enqueueOnTimer, handleWork } from "./work.ts";

app.timer("scanInventory", { schedule: "0 */15 * * * *", handler: enqueueOnTimer("inventory") });

app.storageQueue("scanInventoryWork", {
  queueName: "mooring-inventory",
  connection: "AzureWebJobsStorage",
  handler: handleWork("inventory", async () => {
    const [{ scanInventory }, { verifyClaims }, { enqueueOnce }] = await Promise.all([
      import("../shared/inventory/scan.ts"),
      import("../shared/audit/verifyClaims.ts"),
      import("../shared/events/coalesce.ts"),
    ]);
    const again = { queue: "inventory", what: "inventory", id: "all" } as const;
    return (run, { what, id, correlationId }) =>
      what === "claim"
        ? verifyClaims(run, id)
        : scanInventory(run, () => enqueueOnce(run, again, { why: "addresses to release", correlationId }));
  }),
});
