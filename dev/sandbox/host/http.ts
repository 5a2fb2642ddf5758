/** The host's HTTP endpoint: HTTP triggers with their auth levels, the Event Grid webhook, and the admin routes. */
import type { HostKeys } from "./keys.ts";
import type { HttpData } from "./core.ts";
import type { LoadedApp, LoadedFunction } from "./load.ts";
import { invoke, type HostLog } from "./invoke.ts";
import { createRouter } from "./routes.ts";
import { receiveEvents } from "./eventGridWebhook.ts";

/** The default of `FUNCTIONS_REQUEST_BODY_SIZE_LIMIT`. @see https://learn.microsoft.com/azure/azure-functions/functions-app-settings */
const DEFAULT_BODY_BYTES = 104_857_600;

/** The host refuses a larger body without handing it to the worker. */
function maxBodyBytes(): number {
  return Number(process.env["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"]) || DEFAULT_BODY_BYTES;
}

export interface DoorOptions {
  app: LoadedApp;
  keys: HostKeys;
  log: HostLog;
  /** Fires a function now. */
  fire: (target: LoadedFunction, input: string) => void;
}

export function createDoor({ app, keys, log, fire }: DoorOptions): (request: Request) => Promise<Response> {
  const route = createRouter(app.functions, app.hostJson.extensions?.http?.routePrefix ?? "api");
  return async (request) => {
    // A Host header that is no host; Azure's front end has no app of that name.
    if (!URL.canParse(request.url)) return new Response(null, { status: 400 });
    const url = new URL(request.url);
    if (/^\/runtime\/webhooks\/eventgrid$/i.test(url.pathname))
      return receiveEvents({ app, keys, log }, request, url);
    if (/^\/admin\//i.test(url.pathname)) return admin({ app, keys, fire }, request, url);
    const match = route(request.method, url.pathname);
    if (typeof match === "number") return new Response(null, { status: match });
    if (!isAllowed(keys, match.target, request, url)) return new Response(null, { status: 401 });
    return answer(app, match.target, await toHttpData(request, url, match.params), log);
  };
}

async function answer(
  app: LoadedApp,
  target: LoadedFunction,
  data: HttpData | 413,
  log: HostLog,
): Promise<Response> {
  if (data === 413) return new Response(null, { status: 413 });
  try {
    const { returnValue } = await invoke(app, target, { data: { http: data } }, log);
    return toResponse(returnValue?.http ?? {});
  } catch {
    return new Response(null, { status: 500 });
  }
}

function isAllowed(keys: HostKeys, target: LoadedFunction, request: Request, url: URL): boolean {
  const level = (target.trigger.authLevel ?? "anonymous").toLowerCase();
  if (level === "anonymous") return true;
  const given = request.headers.get("x-functions-key") ?? url.searchParams.get("code") ?? "";
  return given !== "" && (given === keys.master || (level === "function" && given === keys.function));
}

async function toHttpData(
  request: Request,
  url: URL,
  params: Record<string, string>,
): Promise<HttpData | 413> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes()) return 413;
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > maxBodyBytes()) return 413;
  const values = (entries: Iterable<[string, string]>) =>
    Object.fromEntries([...entries].map(([name, value]) => [name, { value }]));
  const query = new Map<string, string>();
  for (const [name, value] of url.searchParams)
    query.set(name, query.has(name) ? `${query.get(name)},${value}` : value);
  const hasBody = request.method !== "GET" && request.method !== "HEAD" && bytes.byteLength > 0;
  return {
    method: request.method,
    url: request.url,
    nullableHeaders: values(request.headers.entries()),
    nullableParams: values(Object.entries(params)),
    nullableQuery: values(query),
    body: hasBody ? { bytes } : null,
  };
}

function toResponse({ statusCode = "200", headers = {}, body }: HttpData): Response {
  const status = Number(statusCode);
  const content = body?.bytes ?? body?.string ?? body?.json;
  const bodiless = status === 204 || status === 205 || status === 304 || content === undefined;
  return new Response(bodiless ? null : typeof content === "string" ? content : Buffer.from(content), {
    status,
    headers,
  });
}

async function admin(
  { app, keys, fire }: Pick<DoorOptions, "app" | "keys" | "fire">,
  request: Request,
  url: URL,
): Promise<Response> {
  const given = request.headers.get("x-functions-key") ?? url.searchParams.get("code");
  if (given !== keys.master) return new Response(null, { status: 401 });
  const [, kind, name] = /^\/admin\/(functions|host)(?:\/([^/]+))?\/?$/i.exec(url.pathname) ?? [];
  if (kind === "host" && name === "status") return Response.json({ state: "Running", version: "4.1037.0" });
  if (kind !== "functions") return new Response(null, { status: 404 });
  if (name === undefined)
    return Response.json(
      app.functions.map((one) => ({ name: one.name, bindings: Object.values(one.bindings) })),
    );
  const target = app.functions.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!target || request.method !== "POST") return new Response(null, { status: target ? 405 : 404 });
  const { input = "" } = (await request.json().catch(() => ({}))) as { input?: string };
  fire(target, input);
  return new Response(null, { status: 202 });
}
