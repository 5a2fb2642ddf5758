import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("connections", {
  route: "connections",
  methods: ["GET"],
  authLevel: "function",
  handler: connections,
});

/** What waits for a decision; everything with `?all=true`. Decisions need a name: they are the command line's. */
async function connections(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const [door, { listConnections }] = await Promise.all([
    import("./door.ts"),
    import("../shared/links/inbox.ts"),
  ]);
  return door.answer(context, async () => {
    const all = await listConnections((await door.openApp(context)).run);
    const wanted =
      request.query.get("all") === "true" ? all : all.filter(({ status }) => status === "Pending");
    return { jsonBody: { connections: wanted } };
  });
}
