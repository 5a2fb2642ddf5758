/** The checks at the door: where the call comes from, and whether it is what the operation takes; all problems at once. */
import type * as z from "zod";
import type { Operation } from "./operation.ts";
import { ApiProblem } from "./problem.ts";
import { messageOf } from "../shared/core/messageOf.ts";

/** What is needed of a request; `HttpRequest` of `@azure/functions` fits. */
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

/** No form and no other site's page can set it. */
export const REQUEST_HEADER = "x-mooring-request";
const MAX_BYTES = 64 * 1024;

/** Only pages of the app itself, and programs, may change anything. @throws ApiProblem 403 */
export function demandOwnOrigin({ url, headers }: ApiRequest): void {
  const [origin, site] = [headers.get("origin"), headers.get("sec-fetch-site")];
  // A front end may have put another host in place; the browser's own word needs none.
  const isForeign =
    site === null
      ? origin !== null && !isSameHost(origin, headers.get("host") ?? new URL(url).host)
      : site !== "same-origin" && site !== "none";
  if (isForeign) throw new ApiProblem(403, "This may be asked by the app's own pages only");
  if (headers.get(REQUEST_HEADER) !== "1") throw new ApiProblem(403, `Send the header ${REQUEST_HEADER}: 1`);
}

/** Behind a front end the scheme may differ; the host does not. */
function isSameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

/** What is said twice could be read in two ways, by us and by whoever stands in front of us. @throws ApiProblem 400 */
export function queryOf({ query }: Pick<ApiRequest, "query">): Readonly<Record<string, string>> {
  const names = [...query.keys()];
  const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
  if (twice.length > 0)
    throw new ApiProblem(
      400,
      twice.map((name) => `query.${name}: said more than once`),
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
  const query = checked("query", operation.query, queryOf(request));
  const body = checked("body", operation.body, json);
  const path = operation.params ? checked("path", operation.params, params) : { value: params, problems: [] };
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
  return names.map((name) => `${where}.${name}: there is no such thing here`);
}

async function readBody(request: ApiRequest, { body }: Operation) {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new ApiProblem(415, "content-type must be application/json");
  const tooLarge = new ApiProblem(413, `The body may have ${MAX_BYTES / 1024} KiB`);
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BYTES) throw tooLarge;
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > MAX_BYTES) throw tooLarge;
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
