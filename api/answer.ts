/** HTTP responses: headers of every response, entity tags, 304, gzip. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { inertJson } from "../shared/core/inert.ts";
import { etagOf, names } from "./etag.ts";
import type { ApiRequest } from "./input.ts";
import type { Reply } from "./operation.ts";
import { PROBLEM_TYPE, problemBody, type ApiProblem } from "./problem.ts";

/** Compatible with `HttpResponseInit` of `@azure/functions`. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

const SMALL_BYTES = 1024;
const QUICK = 3;
const compress = promisify(gzip);

/** Responses are not framed, not stored in shared caches, and not sniffed for a type. */
const HEADERS = {
  "cache-control": "no-cache, private",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  vary: "accept-encoding, cookie, authorization",
};

export async function toAnswer(request: ApiRequest, reply: Reply, status = 200): Promise<ApiAnswer> {
  const text = reply.type === undefined ? inertJson(reply.body) : String(reply.body);
  const etag = reply.etag ?? etagOf(text);
  if (isUnchanged(request, etag)) return { status: 304, headers: { ...HEADERS, etag } };
  const packed = await pack(request, text, { ...headersOf(reply), etag });
  return { status, ...packed };
}

function isUnchanged({ method, headers }: ApiRequest, etag: string): boolean {
  const etags = headers.get("if-none-match");
  return (method === "GET" || method === "HEAD") && etags !== null && names(etags, [etag]);
}

function headersOf({ type, policy, fileName, location }: Reply): Record<string, string> {
  return {
    ...HEADERS,
    "content-type": type ?? "application/json; charset=utf-8",
    ...(location !== undefined && { location: `/api/v1${location}` }),
    ...(policy !== undefined && { "content-security-policy": policy }),
    ...(fileName !== undefined && { "content-disposition": `attachment; filename="${fileName}"` }),
  };
}

async function pack(
  request: ApiRequest,
  text: string,
  headers: Record<string, string>,
): Promise<Omit<ApiAnswer, "status">> {
  if (request.method === "HEAD") return { headers };
  if (text.length < SMALL_BYTES || !acceptsGzip(request)) return { headers, body: text };
  const etag = headers["etag"]?.replace(/"$/, '-gzip"') ?? "";
  const body = await compress(text, { level: QUICK });
  return { headers: { ...headers, etag, "content-encoding": "gzip" }, body };
}

/** True if the header lists gzip with a weight above 0. */
export function acceptsGzip({ headers }: Pick<ApiRequest, "headers">): boolean {
  const accepted = (headers.get("accept-encoding") ?? "").split(",");
  return accepted.some(
    (one) => /^\s*gzip\s*(;\s*q\s*=\s*(1|0\.\d*[1-9]))?/i.test(one) && !/q\s*=\s*0(\.0*)?\s*$/.test(one),
  );
}

export function problemAnswer({ method }: Pick<ApiRequest, "method">, problem: ApiProblem): ApiAnswer {
  return {
    status: problem.status,
    headers: { ...HEADERS, ...problem.headers, "cache-control": "no-store", "content-type": PROBLEM_TYPE },
    ...(method !== "HEAD" && { body: inertJson(problemBody(problem)) }),
  };
}

export function optionsAnswer(allow: string): ApiAnswer {
  return { status: 204, headers: { ...HEADERS, allow } };
}
