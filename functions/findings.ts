import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("findings", { route: "findings", methods: ["GET"], authLevel: "function", handler: findings });

/** `?state=open|resolved|all&severity=error|warn|info&cluster=NAME`; open findings if nothing is asked. */
async function findings(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const [door, { FindingQuery, queryFindings }] = await Promise.all([
    import("./door.ts"),
    import("../shared/drift/query.ts"),
  ]);
  return door.answer(context, async () => {
    const query = door.parse(FindingQuery, Object.fromEntries(request.query));
    return { jsonBody: { findings: await queryFindings((await door.openApp(context)).run, query) } };
  });
}
