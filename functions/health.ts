import { app, type HttpResponseInit, type InvocationContext } from "@azure/functions";

app.http("health", { route: "health", methods: ["GET"], authLevel: "anonymous", handler: health });

/** 200 when the settings are whole and storage answers; 503 with the settings' problems, never their values. */
async function health(_request: unknown, context: InvocationContext): Promise<HttpResponseInit> {
  const { checkHealth } = await import("../shared/health.ts");
  const report = await checkHealth(process.env);
  if (report.status !== "ok") context.warn("health check failed", { problems: report.problems });
  return { status: report.status === "ok" ? 200 : 503, jsonBody: report };
}
