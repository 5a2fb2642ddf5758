import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("health", {
  route: "health/{probe?}",
  methods: ["GET"],
  authLevel: "anonymous",
  handler: health,
});

/**
 * Readiness: 200 if the settings are valid and storage is reachable, even while a scan, audit, sweep, poll or list fails
 * (`degraded`), because another instance would not help. Otherwise 503 with the problems, never with a setting's value.
 * `health/live` is a liveness probe without dependencies.
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
