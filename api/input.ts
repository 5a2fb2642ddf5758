/** Request validation: the origin of the call and its input; all problems are reported at once. */
import type * as z from "zod";
import type { Operation } from "./operation.ts";
import { ApiProblem } from "./problem.ts";
import { messageOf } from "../shared/core/messageOf.ts";

/** The part of a request that validation reads; compatible with `HttpRequest` of `@azure/functions`. */
export interface ApiRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  readonly query: URLSearchParams;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** A form or a page of another site cannot set this header. */
export const REQUEST_HEADER = "x-mooring-request";
const MAX_KIBIBYTES = 64;

/** Only pages of this app and programs may send changes. @throws ApiProblem 403 */
export function demandOwnOrigin({ url, headers }: ApiRequest): void {
  const [origin, site] = [headers.get("origin"), headers.get("sec-fetch-site")];
  // A reverse proxy may replace the host; `Sec-Fetch-Site` comes from the browser and needs no host.
  const isForeign =
    site === null
      ? origin !== null && !isSameHost(origin, headers.get("host") ?? new URL(url).host)
      : site !== "same-origin" && site !== "none";
  if (isForeign) throw new ApiProblem(403, "Cross-site request rejected");
  if (headers.get(REQUEST_HEADER) !== "1") throw new ApiProblem(403, `Add the header ${REQUEST_HEADER}: 1`);
}

/** A reverse proxy may change the scheme; the host stays the same. */
function isSameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

/**
 * A duplicate parameter could be read differently by the app and by a proxy in front of it. @throws
 * ApiProblem 400
 */
export function queryOf({ query }: Pick<ApiRequest, "query">): Readonly<Record<string, string>> {
  const names = [...query.keys()];
  const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
  if (twice.length > 0)
    throw new ApiProblem(
      400,
      twice.map((name) => `query.${name}: duplicate parameter`),
    );
  return Object.fromEntries(query);
}

/** @throws ApiProblem 400 with all problems, 413 or 415 */
export async function readInput(
  request: ApiRequest,
  operation: Operation,
  params: Readonly<Record<string, string>>,
): Promise<Input> {
  const json = operation.method === "GET" ? undefined : await readBody(request, operation);
  return checkInput(operation, { params, query: queryOf(request), body: json });
}

/** What the schemas of the operation make of the values. @throws ApiProblem 400 with all problems */
export function checkInput(operation: Operation, given: Input): Input {
  const query = checked("query", operation.query, given.query);
  const body = checked("body", operation.body, given.body);
  const path = operation.params
    ? checked("path", operation.params, given.params)
    : { value: given.params, problems: [] };
  const problems = [path, query, body].flatMap((one) => one.problems);
  if (problems.length > 0) throw new ApiProblem(400, problems);
  return { params: path.value, query: query.value, body: body.value };
}

function checked(
  where: "path" | "query" | "body",
  schema: z.ZodType | undefined,
  value: unknown,
): { readonly value?: unknown; readonly problems: readonly string[] } {
  if (!schema) return { problems: unexpected(where, value) };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data, problems: [] };
  return {
    problems: parsed.error.issues.map(({ path, message }) => `${[where, ...path].join(".")}: ${message}`),
  };
}

function unexpected(where: string, value: unknown): string[] {
  const names = typeof value === "object" && value !== null ? Object.keys(value) : [];
  return names.map((name) => `${where}.${name}: unknown field`);
}

async function readBody(request: ApiRequest, { body, maxKibibytes = MAX_KIBIBYTES }: Operation) {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new ApiProblem(415, "content-type must be application/json");
  const tooLarge = new ApiProblem(413, `The body may have ${maxKibibytes} KiB`);
  const most = maxKibibytes * 1024;
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge;
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > most) throw tooLarge;
  if (bytes.byteLength === 0) return body ? {} : undefined;
  return parseJson(bytes);
}

function parseJson(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ApiProblem(400, `body: not JSON: ${messageOf(error)}`);
  }
}
