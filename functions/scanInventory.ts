import { app } from "@azure/functions";
import { enqueueOnTimer, handleWork } from "./work.ts";

app.timer("scanInventory", { schedule: "0 */15 * * * *", handler: enqueueOnTimer("inventory") });

app.storageQueue("scanInventoryWork", {
  queueName: "mooring-inventory",
  connection: "AzureWebJobsStorage",
  handler: handleWork("inventory", async () => {
    const [{ scanInventory }, { enqueueOnce }] = await Promise.all([
      import("../shared/inventory/scan.ts"),
      import("../shared/events/coalesce.ts"),
    ]);
    return async (run, { correlationId }) => {
      const { missed } = await scanInventory(run);
      if (missed === 0) return;
      // An address is released by a second read; without it the address stays taken until the next timer.
      const again = { queue: "inventory", what: "inventory", id: "all" } as const;
      await enqueueOnce(run, again, { why: "addresses to release", correlationId });
    };
  }),
});
