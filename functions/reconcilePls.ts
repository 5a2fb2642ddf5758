import { app } from "@azure/functions";
import { handleWork } from "./work.ts";

app.storageQueue("reconcilePls", {
  queueName: "mooring-pls",
  connection: "AzureWebJobsStorage",
  handler: handleWork("pls", async () => {
    const { reconcilePls } = await import("../shared/pls/reconcilePls.ts");
    return (run, item, { apply }) => reconcilePls(run, apply, item);
  }),
});
