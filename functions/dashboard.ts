import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("dashboard", {
  route: "dashboard/{*path}",
  methods: ["GET", "HEAD"],
  authLevel: "anonymous", // App Service authentication or the access token identifies the caller
  handler: dashboard,
});

/** The folder next to the entry of the built app. */
const FILES = new URL("web/", import.meta.url);

async function dashboard(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const [{ serveDashboard }, { app: open }, { hostLog }] = await Promise.all([
    import("../api/dashboard.ts"),
    import("../shared/adapters/app.ts"),
    import("../shared/adapters/hostLog.ts"),
  ]);
  return serveDashboard(request, hostLog(context), { open, env: process.env, files: FILES });
}
