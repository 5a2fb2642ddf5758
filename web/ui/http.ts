/** Client of the HTTP API. Paths are relative to `/api/v1`. */
import type { Problem } from "../../api/model.ts";

const BASE = "/api/v1";
const READ_MILLISECONDS = 60_000;
/** Writes in Azure are slow; the platform ends a call after 230 seconds. */
const WRITE_MILLISECONDS = 240_000;
const CHANGED = "mooring-changed";
const OWN = { "content-type": "application/json", "x-mooring-request": "1" };

/** A problem response of the API; status 0 means that there was no response. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly problems: readonly string[];
  /** The next try may succeed. */
  readonly isPassing: boolean;

  constructor(status: number, title: string, problems: readonly string[], isPassing = false) {
    super(title);
    this.name = "ApiProblem";
    this.status = status;
    this.problems = problems;
    this.isPassing = isPassing;
  }
}

export interface Answer<T> {
  readonly data: T;
  readonly etag: string | undefined;
}

export interface SendOptions {
  readonly body?: unknown;
  /** For `If-Match`. */
  readonly etag?: string;
}

/** @throws ApiProblem */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await ask(path, { headers: { accept: "application/json" } }, signal);
  return (await readBody(response)) as T;
}

/** The data, or undefined if the ETag is unchanged. @throws ApiProblem */
export async function getIfChanged<T>(
  path: string,
  etag: string | undefined,
  signal?: AbortSignal,
): Promise<Answer<T> | undefined> {
  const headers = { accept: "application/json", ...(etag !== undefined && { "if-none-match": etag }) };
  const response = await ask(path, { headers }, signal);
  if (response.status === 304) return undefined;
  return { data: (await readBody(response)) as T, etag: response.headers.get("etag") ?? undefined };
}

/** Sends a change; resources on the page are then read again. @throws ApiProblem */
export async function send<T>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  { body, etag }: SendOptions = {},
): Promise<T> {
  // A page of another origin cannot send this header or JSON without a CORS preflight, which the app does
  // not answer.
  const headers = { ...OWN, ...(etag !== undefined && { "if-match": etag }) };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await ask(path, { method, headers, ...sent });
  const answer = (await readBody(response)) as T;
  if (!path.includes("dryRun=true")) dispatchEvent(new Event(CHANGED));
  return answer;
}

/** A POST that changes nothing: resources are not read again. @throws ApiProblem */
export async function question<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const response = await ask(path, { method: "POST", headers: OWN, body: JSON.stringify(body) }, signal);
  return (await readBody(response)) as T;
}

/** Calls back when this page changed something; returns the function that unsubscribes. */
export function onChanged(callback: () => void): () => void {
  addEventListener(CHANGED, callback);
  return () => removeEventListener(CHANGED, callback);
}

async function ask(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  const limit = AbortSignal.timeout(init.method === undefined ? READ_MILLISECONDS : WRITE_MILLISECONDS);
  const all = signal ? AbortSignal.any([signal, limit]) : limit;
  const response = await fetch(BASE + path, { cache: "no-store", ...init, signal: all }).catch((error) => {
    throw signal?.aborted ? error : unreachable();
  });
  if (response.ok || response.status === 304) return response;
  throw await toProblem(response);
}

function unreachable(): ApiProblem {
  return new ApiProblem(0, "Mooring is unavailable", [
    "The app did not respond. It may be starting, or the network is unavailable.",
  ]);
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === "" ? undefined : JSON.parse(text);
}

async function toProblem(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const title = body.title ?? `Unexpected response: HTTP ${response.status}`;
  // The platform answers 503 while an instance starts, without a time.
  const isPassing = response.headers.has("retry-after") || response.status === 503;
  return new ApiProblem(response.status, title, body.problems ?? [], isPassing);
}
