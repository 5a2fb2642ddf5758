import { app } from "@azure/functions";
import { handleWork } from "./work.ts";

app.storageQueue("sendNotices", {
  queueName: "mooring-notices",
  connection: "AzureWebJobsStorage",
  handler: handleWork("notices", async () => {
    const { sendNotices } = await import("../shared/audit/sendNotices.ts");
    return (run, item) => sendNotices(run, item);
  }),
});
