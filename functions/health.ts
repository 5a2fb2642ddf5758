import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("health", {
  route: "health/{probe?}",
  methods: ["GET"],
  authLevel: "anonymous",
  handler: health,
});

/**
 * 200 when the settings are whole and storage answers, also while a scan, audit, sweep, poll or list fails (`degraded`): another instance would
 * not do better. Else 503 with what is wrong, never a setting's value. `health/live` asks nothing: it says only that the app runs.
 */
async function health({ params }: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  if (params["probe"] === "live") return { jsonBody: { status: "ok" } };
  const [{ checkHealth }, mooring, { hostLog }] = await Promise.all([
    import("../shared/doctor/health.ts"),
    import("../shared/adapters/app.ts"),
    import("../shared/adapters/hostLog.ts"),
  ]);
  const log = hostLog(context);
  const report = await checkHealth(process.env, async () => (await mooring.app()).run(log).ports);
  const { status, problems } = report;
  if (status === "failing") log.warn("health check failed", { problems });
  if (status === "degraded") log.warn("health is degraded", { problems });
  return { status: status === "failing" ? 503 : 200, jsonBody: report };
}
