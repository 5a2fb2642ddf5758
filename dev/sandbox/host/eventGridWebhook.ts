/**
 * `/runtime/webhooks/EventGrid?functionName=…`: the route that Event Grid delivers to.
 * @see https://github.com/Azure/azure-functions-eventgrid-extension
 */
import type { HostKeys } from "./keys.ts";
import { invoke, type HostLog } from "./invoke.ts";
import type { LoadedApp } from "./load.ts";

interface Webhook {
  app: LoadedApp;
  keys: HostKeys;
  log: HostLog;
}

export async function receiveEvents(webhook: Webhook, request: Request, url: URL): Promise<Response> {
  if ((url.searchParams.get("code") ?? request.headers.get("x-functions-key")) !== webhook.keys.eventGrid)
    return new Response(null, { status: 401 });
  const name = url.searchParams.get("functionName")?.toLowerCase();
  const target = webhook.app.functions.find(
    (one) => one.name.toLowerCase() === name && one.trigger.type.toLowerCase() === "eventgridtrigger",
  );
  if (!target) return new Response(`cannot find function: '${name}'`, { status: 404 });
  if (request.method === "OPTIONS")
    return new Response(null, {
      status: 200,
      headers: {
        "webhook-allowed-origin": request.headers.get("webhook-request-origin") ?? "*",
        "webhook-allowed-rate": "*",
      },
    });
  const events = asList(await request.json().catch(() => undefined));
  if (!events) return new Response("the body is not JSON", { status: 400 });
  if (request.headers.get("aeg-event-type")?.toLowerCase() === "subscriptionvalidation")
    return Response.json({ validationResponse: events[0]?.["data"]?.validationCode });
  const run = events.map((event) =>
    invoke(webhook.app, target, { data: { json: JSON.stringify(event) } }, webhook.log),
  );
  const results = await Promise.allSettled(run);
  // One failure fails the batch, and Event Grid sends all of it again.
  return new Response(null, { status: results.every(({ status }) => status === "fulfilled") ? 202 : 500 });
}

function asList(body: unknown): Record<string, any>[] | undefined {
  if (Array.isArray(body)) return body;
  return typeof body === "object" && body !== null ? [body] : undefined;
}
