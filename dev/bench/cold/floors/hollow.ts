/** As many functions of the same kinds as Mooring has, each doing nothing. */
import { app } from "@azure/functions";

const handler = async () => ({ jsonBody: { status: "ok" } });
app.http("health", { route: "health/{probe?}", handler });
for (const name of ["admit", "mutate", "declarations", "v1", "dashboard"])
  app.http(name, { route: `${name}/{*path}`, handler });
for (const name of ["audit", "poll", "scan", "sweep"])
  app.timer(name, { schedule: "0 0 0 1 1 *", handler: () => undefined });
for (const name of ["drift", "pls", "inventory", "orphans", "notices"])
  app.storageQueue(`${name}Work`, {
    queueName: `floor-${name}`,
    connection: "AzureWebJobsStorage",
    handler: () => undefined,
  });
app.eventGrid("events", { handler: () => undefined });
