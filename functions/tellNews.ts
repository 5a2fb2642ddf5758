import { app } from "@azure/functions";
import { handleWork } from "./work.ts";

app.storageQueue("tellNews", {
  queueName: "mooring-notices",
  connection: "AzureWebJobsStorage",
  handler: handleWork("notices", async () => {
    const { tellNews } = await import("../shared/audit/tellNews.ts");
    return (run, item) => tellNews(run, item);
  }),
});
