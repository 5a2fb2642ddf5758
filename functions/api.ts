import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("api", {
  route: "v1/{*path}",
  methods: ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"],
  authLevel: "anonymous", // App Service authentication or the access token identifies the caller
  handler: api,
});

async function api(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const [{ serve }, { app: open }, { hostLog }] = await Promise.all([
    import("../api/serve.ts"),
    import("../shared/adapters/app.ts"),
    import("../shared/adapters/hostLog.ts"),
  ]);
  return serve(request, hostLog(context), { open, env: process.env });
}
