/** The API over HTTP, with an access token. */
import type * as z from "zod";
import { Problem } from "../../api/model.ts";
import { VERSION } from "../../shared/core/version.ts";
import { SignInRequired } from "../../shared/ports/signIn.ts";
import { causeOf } from "../login/challenge.ts";
import { ApiFailure, asOptions, ENDPOINTS, type Api, type Endpoint, type Query } from "./operations.ts";

const READ_MILLISECONDS = 60_000;
/** Writes in Azure are slow; the platform ends a call after 230 seconds. */
const WRITE_MILLISECONDS = 240_000;
/** Only programs and pages of the app can send it. */
const OWN = { "content-type": "application/json", "x-mooring-request": "1" };

export interface Connected {
  /** Origin of the app. */
  readonly url: string;
  /** An access token; `undefined` to send none. */
  readonly token: () => Promise<string | undefined>;
}

interface Request {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Query;
  readonly body?: unknown;
  readonly ifMatch?: string;
}

export function apiOverHttp({ url, token }: Connected): Api {
  return {
    async call(name, request: Request) {
      const endpoint: Endpoint = ENDPOINTS[name];
      const response = await send(url, endpoint, request, await token());
      if (!response.ok) throw await failureOf(response, request.query);
      return parse(endpoint.response, await response.json().catch(() => undefined), url) as never;
    },
  };
}

async function send(
  url: string,
  { method, path }: Endpoint,
  { params = {}, query = {}, body, ifMatch }: Request,
  token: string | undefined,
): Promise<Response> {
  const isRead = method === "GET";
  return fetch(`${url}/api/v1${pathOf(path, params)}${queryOf(query)}`, {
    method,
    // A token is sent to this origin only.
    redirect: "error",
    signal: AbortSignal.timeout(isRead ? READ_MILLISECONDS : WRITE_MILLISECONDS),
    headers: {
      accept: "application/json",
      ...(!isRead && OWN),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(ifMatch !== undefined && { "if-match": ifMatch }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw new ApiFailure(0, [`${url} does not respond: ${causeOf(error)}`]);
  });
}

/** Pure. */
export function pathOf(template: string, params: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
}

function queryOf(query: Query): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

async function failureOf(response: Response, query: Query = {}): Promise<Error> {
  const { data } = Problem.safeParse(await response.json().catch(() => undefined));
  const problems = data?.problems ?? [`unexpected response: HTTP ${response.status}`];
  // 401 states why the token is not accepted.
  if (response.status === 401) return new SignInRequired(problems.join("; ").replace(/^Not signed in: /, ""));
  return new ApiFailure(response.status, asOptions(problems, query));
}

function parse(schema: z.ZodType, body: unknown, url: string): unknown {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join(".") ?? "";
  const what = where === "" ? "the body" : `field ${where}`;
  throw new ApiFailure(0, [
    `${url} responds differently from version ${VERSION} of this CLI (${what}): use the same version as the app`,
  ]);
}
