/** From a request to its response: faults, authentication, throttling, the route, the headers that every answer has. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { TENANT } from "../identity/directory.ts";
import { readToken } from "../identity/token.ts";
import { accessRoute } from "./access.ts";
import { ArmError } from "./armError.ts";
import type { Answer, Call, Context, Route } from "./call.ts";
import type { Fault } from "./faults.ts";
import { activityRoute } from "./routes/activityLog.ts";
import {
  metadataRoute,
  providersRoute,
  subscriptionsRoute,
  tenantsRoute,
  unknownSubscription,
} from "./routes/discovery.ts";
import { genericListRoute } from "./routes/genericList.ts";
import { groupsRoute } from "./routes/groups.ts";
import { locationsRoute } from "./routes/locations.ts";
import { noteRefusal } from "./routes/lifecycle.ts";
import { locksRoute } from "./routes/locks.ts";
import { operationRoute } from "./routes/operationResults.ts";
import { listRoute, resourceRoute } from "./routes/resources.ts";
import { permissionsRoute } from "./routes/permissions.ts";
import { rolesRoute } from "./routes/roles.ts";
import { tagsRoute } from "./routes/tags.ts";
import type { Body } from "./resourceType.ts";
import type { Throttle } from "./throttle.ts";

/** In this order: what stands under a resource's path comes before the resource. */
const ROUTES: readonly Route[] = [
  accessRoute,
  tenantsRoute,
  subscriptionsRoute,
  operationRoute,
  tagsRoute,
  locksRoute,
  rolesRoute,
  permissionsRoute,
  activityRoute,
  locationsRoute,
  groupsRoute,
  genericListRoute,
  providersRoute,
  listRoute,
  resourceRoute,
];

export interface Exchange {
  request: {
    url: string;
    method: string;
    headers: Record<string, string>;
    query: Record<string, string>;
    body?: unknown;
  };
  response: { statusCode: number; headers: Record<string, string>; body?: unknown };
}

export interface AnsweringOptions {
  context: Context;
  throttle: Throttle;
  now: () => Date;
  /** Something may have been written. */
  changed: () => void;
  record?: (exchange: Exchange) => void;
}

export class Answering {
  readonly #options: AnsweringOptions;

  constructor(options: AnsweringOptions) {
    this.#options = options;
  }

  /** `undefined`: the connection is to be cut. */
  async answer(request: Request): Promise<Response | undefined> {
    const url = new URL(request.url);
    const path = decodeURIComponent(url.pathname)
      .replaceAll(/\/{2,}/g, "/")
      .replace(/(?<=.)\/$/, "");
    const text = await request.text();
    const { context } = this.#options;
    const caller = readToken(
      request.headers.get("authorization")?.replace(/^Bearer /i, "") ?? "",
      this.#options.now(),
    );
    const who = { method: request.method, path, caller: caller?.name ?? "" };
    const fault = context.faults.before(who);
    if (fault?.action.kind === "reset") return undefined;
    if (fault?.action.kind === "latency") await delay(fault.action.milliseconds);
    const answer = this.#safely(() => {
      if (fault) refuse(fault);
      const call: Call = {
        method: request.method,
        path,
        query: url.searchParams,
        headers: request.headers,
        origin: url.origin,
        body: parseBody(text),
        caller: caller ?? { objectId: "", applicationId: "", name: "" },
        correlationId: request.headers.get("x-ms-correlation-request-id") ?? randomUUID(),
      };
      return metadataRoute(context, call) ?? this.#route(call, caller !== undefined);
    });
    if (context.faults.after(who, "loseAnswer")) return undefined;
    const response = toResponse(answer, request.method);
    const skewed = context.faults.after(who, "skewClock");
    if (skewed?.action.kind === "skewClock")
      response.headers.set("date", new Date(Date.now() + skewed.action.seconds * 1000).toUTCString());
    this.#options.record?.(toExchange(request, url, text, answer, response));
    return response;
  }

  #route(call: Call, authenticated: boolean): Answer {
    if (!authenticated) throw unauthenticated();
    if (!call.query.get("api-version"))
      throw new ArmError(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
        { from: "gateway" },
      );
    const { context, throttle } = this.#options;
    const subscription = /^\/subscriptions\/([^/]+)/i.exec(call.path)?.[1]?.toLowerCase();
    if (subscription !== undefined && !context.world.subscriptions.has(subscription))
      throw unknownSubscription(subscription);
    const headers = throttle.take(subscription ?? "tenant", call.caller.objectId, call.method);
    for (const route of ROUTES) {
      const answer = noting(context, call, () => route(context, call));
      if (!answer) continue;
      if (call.method !== "GET") this.#options.changed();
      return { ...answer, headers: { ...headers, ...answer.headers } };
    }
    throw new ArmError(
      404,
      "InvalidResourceType",
      `The resource type could not be found at '${call.path}'.`,
      { from: "gateway" },
    );
  }

  #safely(handle: () => Answer): Answer {
    try {
      return handle();
    } catch (error) {
      if (error instanceof ArmError) return errorAnswer(error);
      console.error("sandbox ARM failed", error);
      return errorAnswer(new ArmError(500, "InternalServerError", "An error occurred."));
    }
  }
}

/** What is refused is in the activity log too. */
function noting(context: Context, call: Call, act: () => Answer | undefined): Answer | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof ArmError) noteRefusal(context, call, error);
    throw error;
  }
}

function refuse({ action }: Fault): void {
  if (action.kind !== "error") return;
  const headers: Record<string, string> =
    action.retryAfterSeconds === undefined ? {} : { "retry-after": String(action.retryAfterSeconds) };
  throw new ArmError(
    action.status,
    action.code ?? (action.status === 429 ? "TooManyRequests" : "InternalServerError"),
    "A fault was requested.",
    { headers },
  );
}

function unauthenticated(): ArmError {
  const headers = {
    "www-authenticate": `Bearer authorization_uri="https://login.microsoftonline.com/${TENANT}", error="invalid_token", error_description="The authentication scheme or token is not accepted."`,
  };
  return new ArmError(
    401,
    "AuthenticationFailed",
    "Authentication failed. The 'Authorization' header is missing or invalid.",
    { from: "gateway", headers },
  );
}

function errorAnswer({ status, code, message, from, details, headers }: ArmError): Answer {
  const fromGateway = from === "gateway";
  return {
    status,
    body: { error: { code, message, ...(!fromGateway && { details }) } },
    headers: { ...headers, ...(fromGateway && { "x-ms-failure-cause": "gateway" }) },
  };
}

function parseBody(text: string): Body {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ArmError(
      400,
      "InvalidRequestContent",
      "The request content was invalid and could not be deserialized.",
      { from: "gateway" },
    );
  }
}

function toResponse({ status, body, headers }: Answer, method: string): Response {
  const text = body === undefined || status === 204 || method === "HEAD" ? null : JSON.stringify(body);
  return new Response(text, {
    status,
    headers: {
      "cache-control": "no-cache",
      pragma: "no-cache",
      expires: "-1",
      "strict-transport-security": "max-age=31536000; includeSubDomains",
      "x-content-type-options": "nosniff",
      "x-ms-request-id": randomUUID(),
      "x-ms-correlation-request-id": randomUUID(),
      "x-ms-routing-request-id": `SANDBOX:${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "")}:${randomUUID()}`,
      ...(text !== null && { "content-type": "application/json; charset=utf-8" }),
      ...headers,
    },
  });
}

// oxlint-disable-next-line max-params -- the five parts of one exchange
function toExchange(request: Request, url: URL, text: string, answer: Answer, response: Response): Exchange {
  return {
    request: {
      url: url.href,
      method: request.method,
      headers: Object.fromEntries(request.headers),
      query: Object.fromEntries(url.searchParams),
      ...(text && { body: JSON.parse(text) }),
    },
    response: {
      statusCode: answer.status,
      headers: Object.fromEntries(response.headers),
      ...(answer.body && { body: structuredClone(answer.body) }),
    },
  };
}
