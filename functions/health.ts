import { app, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("health", { route: "health", methods: ["GET"], authLevel: "anonymous", handler: health });

/** 200 when the settings are whole and storage answers; 503 with what is wrong, never a setting's value. */
async function health(_request: unknown, context: InvocationContext): Promise<HttpResponseInit> {
  const [{ checkHealth }, mooring] = await Promise.all([
    import("../shared/health.ts"),
    import("../shared/app.ts"),
  ]);
  const report = await checkHealth(process.env, async () => (await mooring.app()).run(context).ports);
  if (report.status !== "ok") context.warn("health check failed", { problems: report.problems });
  return { status: report.status === "ok" ? 200 : 503, jsonBody: report };
}
