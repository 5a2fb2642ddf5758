import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("health", {
  route: "health/{probe?}",
  methods: ["GET"],
  authLevel: "anonymous",
  handler: health,
});

/**
 * 200 when the settings are whole and storage answers; 503 with what is wrong, never a setting's value. `health/live` asks nothing: it says
 * only that the app runs.
 */
async function health({ params }: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  if (params["probe"] === "live") return { jsonBody: { status: "ok" } };
  const [{ checkHealth }, mooring, { hostLog }] = await Promise.all([
    import("../shared/health.ts"),
    import("../shared/app.ts"),
    import("../shared/hostLog.ts"),
  ]);
  const log = hostLog(context);
  const report = await checkHealth(process.env, async () => (await mooring.app()).run(log).ports);
  if (report.status !== "ok") log.warn("health check failed", { problems: report.problems });
  return { status: report.status === "ok" ? 200 : 503, jsonBody: report };
}
