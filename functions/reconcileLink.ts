import { app } from "@azure/functions";
import { handleWork } from "./work.ts";

app.storageQueue("reconcileLink", {
  queueName: "mooring-links",
  connection: "AzureWebJobsStorage",
  handler: handleWork("links", async () => {
    const { reconcileLink } = await import("../shared/links/reconcileLink.ts");
    return (run, item, { apply }) => reconcileLink(run, apply, item);
  }),
});
