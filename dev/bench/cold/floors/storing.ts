/** A function that reads a row by the SDK, and one that reads one and writes two, as an admission has to; nothing is checked or decided. */
import { app, type HttpRequest } from "@azure/functions";

async function open() {
  const { TableClient } = await import("@azure/data-tables");
  const connection = process.env["AzureWebJobsStorage"] ?? "";
  return TableClient.fromConnectionString(connection, "coldfloor", { allowInsecureConnection: true });
}

app.http("health", {
  route: "health/{probe?}",
  handler: async () => {
    await (await open()).getEntity("p", "k");
    return { jsonBody: { status: "ok" } };
  },
});

app.http("admitService", {
  route: "admit/{cluster}/{token?}",
  methods: ["POST"],
  handler: async (request: HttpRequest) => {
    const review = JSON.stringify(await request.json());
    const table = await open();
    await table.getEntity("p", "k");
    const partitionKey = crypto.randomUUID();
    await Promise.all(["a", "b"].map((rowKey) => table.createEntity({ partitionKey, rowKey, review })));
    return { jsonBody: { response: { allowed: true } } };
  },
});
