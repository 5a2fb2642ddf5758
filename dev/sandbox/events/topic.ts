/**
 * Event Grid custom topics for the sandbox: takes CloudEvents over https as Azure does, by key or by identity, and keeps what came, so
 * that it can be looked at. Every name is a topic. Delivers nothing.
 * @see https://learn.microsoft.com/azure/event-grid/post-to-custom-topic
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono, type Context } from "hono";
import * as z from "zod";
import { isTokenFor } from "../identity/token.ts";

const AUDIENCE = "https://eventgrid.azure.net";
const API_VERSION = "2018-01-01";
const MAX_BYTES = 1_048_576;
const KEPT = 1000;

const CloudEvent = z.looseObject({
  specversion: z.literal("1.0"),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().min(1).optional(),
  time: z.iso.datetime({ offset: true }).optional(),
  datacontenttype: z.string().optional(),
});
export type CloudEvent = z.infer<typeof CloudEvent>;

const ONE = "application/cloudevents+json";
const BATCH = "application/cloudevents-batch+json";

export interface Topics {
  fetch(request: Request): Response | Promise<Response>;
  /** What each topic took, oldest first, duplicates too. */
  events(): Readonly<Record<string, readonly CloudEvent[]>>;
  /** The next so many requests are answered so. */
  failNext(status: number, times?: number): void;
}

/** @param key of every topic; an identity is always taken */
export function createTopics({ key }: { key?: string } = {}): Topics {
  const kept = new Map<string, CloudEvent[]>();
  const failures: number[] = [];
  const app = new Hono();
  app.post("/topics/:name/api/events", async (context) => {
    const failure = failures.shift();
    if (failure !== undefined) return refuse(context, failure, "Sandbox", "As requested.");
    if (!isAllowed(context, key))
      return refuse(context, 401, "Unauthorized", "The request is not authorized.");
    if (context.req.query("api-version") !== API_VERSION)
      return refuse(context, 400, "BadRequest", "The api-version is missing or not supported.");
    const text = await context.req.text();
    if (Buffer.byteLength(text) > MAX_BYTES)
      return refuse(context, 413, "RequestEntityTooLarge", "The request is larger than 1048576 bytes.");
    const events = parseEvents(context.req.header("content-type"), text);
    if (!events) return refuse(context, 400, "BadRequest", "The request is not CloudEvents 1.0.");
    const name = context.req.param("name");
    kept.set(name, [...(kept.get(name) ?? []), ...events].slice(-KEPT));
    return context.body(null, 200);
  });
  app.notFound((context) => refuse(context, 404, "NotFound", "There is no such topic."));
  return {
    fetch: (request) => app.fetch(request),
    events: () => Object.fromEntries(kept),
    failNext: (status, times = 1) => void failures.push(...Array.from({ length: times }, () => status)),
  };
}

function isAllowed(context: Context, key: string | undefined): boolean {
  const given = context.req.header("aeg-sas-key");
  if (given !== undefined) return given === key;
  const [, token] = /^Bearer (.+)$/i.exec(context.req.header("authorization") ?? "") ?? [];
  return token !== undefined && isTokenFor(token, AUDIENCE);
}

function parseEvents(contentType: string | undefined, text: string): CloudEvent[] | undefined {
  const schema = { [ONE]: CloudEvent.transform((one) => [one]), [BATCH]: z.array(CloudEvent) }[
    mediaType(contentType)
  ];
  try {
    return schema?.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function mediaType(contentType = ""): string {
  return contentType.split(";")[0]?.trim().toLowerCase() ?? "";
}

function refuse(context: Context, status: number, code: string, message: string): Response {
  const body = JSON.stringify({ error: { code, message, details: [{ code, message }] } });
  return context.newResponse(body, status as 400, { "content-type": "application/json" });
}

/** Listens on loopback, on a free port. */
export async function listenTopics(
  topics: Topics,
  tls: { key: string; cert: string },
): Promise<{ url: string; close(): Promise<void> }> {
  const listener = getRequestListener((request) => topics.fetch(request));
  const server = createServer(tls, (incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `https://127.0.0.1:${port}`, close };
}
