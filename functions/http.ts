/** Common parts of the HTTP functions that clusters call: authentication, body limits, parsing, and errors as responses. */
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type * as z from "zod";
import type { Cluster } from "../shared/declarations/clusterModel.ts";
import { isTokenOf } from "../shared/declarations/token.ts";
import { Conflict, InvalidInput } from "../shared/core/errors.ts";
import { cachedCluster } from "../shared/admission/cached.ts";
import { inert } from "../shared/core/inert.ts";
import { hostLog } from "../shared/adapters/hostLog.ts";
import { openPrepared, openUnprepared, type Opened, type Opening } from "../shared/openApp.ts";
import type { Run } from "../shared/ports/ports.ts";
import { messageOf } from "../shared/core/messageOf.ts";

/** Maximum size of a page of a list, or of a window of changes. */
export const DECLARATIONS_BYTES = 2 * 1024 * 1024;

/**
 * Maximum size of any body. The host refuses larger ones (app setting `FUNCTIONS_REQUEST_BODY_SIZE_LIMIT`), because a copy of 49 MiB for the
 * worker blocks its event loop for seconds.
 */
export const HOST_BODY_BYTES = 12 * 1024 * 1024;

/** Header with the cluster's token, set by the relay and the sender: proxies log paths, but not headers. */
export const TOKEN_HEADER = "x-mooring-token";

type Caller = Pick<HttpRequest, "params" | "headers">;

/** Kubernetes' default and maximum webhook timeout. */
const DEFAULT_TIMEOUT_SECONDS = 10;
const MAX_TIMEOUT_SECONDS = 30;

class HttpProblem extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The handler's response, or its failure as a status with all problems; never a stack trace. */
export async function answer(
  context: InvocationContext,
  handle: () => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  try {
    return await handle();
  } catch (error) {
    const log = hostLog(context);
    const { status, ...found } = toProblem(error);
    // Problems quote the request, and the API server shows them in terminals.
    const problems = found.problems.map(inert);
    if (status >= 500) log.error("request failed", { why: messageOf(error) });
    else log.warn("request refused", { status, problems });
    return { status, jsonBody: { problems } };
  }
}

function toProblem(error: unknown): { status: number; problems: readonly string[] } {
  if (error instanceof HttpProblem) return { status: error.status, problems: [error.message] };
  if (error instanceof InvalidInput) return { status: 400, problems: error.problems };
  if (error instanceof Conflict) return { status: 409, problems: [error.message] };
  return { status: 503, problems: ["Mooring is temporarily unavailable; try again"] };
}

/**
 * Opens the app for this request. Invalid settings or stored data are not the caller's fault: 503, with the reasons in the log
 * and in `/api/health`. @throws HttpProblem
 */
export async function openApp(context: InvocationContext): Promise<Opened> {
  const { app } = await import("../shared/adapters/app.ts");
  return demandOpen(await openPrepared(app, hostLog(context)));
}

/** Opens the app for admission, where policy decides if the stored data have another schema version. @throws HttpProblem */
export async function openForAdmission(context: InvocationContext): Promise<Opened> {
  const { app } = await import("../shared/adapters/app.ts");
  return demandOpen(await openUnprepared(app, hostLog(context)));
}

function demandOpen(opening: Opening): Opened {
  if (opening.ok) return opening;
  throw new HttpProblem(503, opening.obstacle.message);
}

/**
 * Authenticates the cluster by its token: in the header, or as the path's last segment for API servers, which cannot send
 * headers. The response is the same for an unknown cluster and a wrong token. @throws HttpProblem 404
 */
export async function authenticate(
  run: Run,
  { params, headers }: Caller,
  find: (run: Run, name: string) => Promise<Cluster | undefined> = cachedCluster,
): Promise<Cluster> {
  const cluster = await find(run, params["cluster"] ?? "");
  // Evaluated even for an unknown cluster, so that both take the same time.
  const valid = isTokenOf(cluster, headers.get(TOKEN_HEADER) ?? params["token"] ?? "", run.now());
  if (valid && cluster) return cluster;
  throw new HttpProblem(404, "not found");
}

/** The media type, lower case, without parameters. @throws HttpProblem 415 unless it is one of the supported ones */
export function mediaType<T extends string>(
  { headers }: Pick<HttpRequest, "headers">,
  known: readonly T[],
): T {
  const given = headers.get("content-type") ?? "";
  const found = known.find((type) => type === given.split(";")[0]?.trim().toLowerCase());
  if (found) return found;
  throw new HttpProblem(415, `content-type must be ${known.join(" or ")}, not "${given}"`);
}

/** The body as text, unless it is too large. @throws HttpProblem 400 if it is not UTF-8 */
export async function readWhole(
  request: HttpRequest,
  maxBytes: number,
): Promise<{ readonly text: string; readonly isTooLarge: boolean }> {
  const bytes = await bytesUpTo(request, maxBytes);
  return bytes ? { text: decode(bytes), isTooLarge: false } : { text: "", isTooLarge: true };
}

/** @throws HttpProblem 413 */
export async function readBytes(request: HttpRequest, maxBytes: number): Promise<Uint8Array> {
  const bytes = await bytesUpTo(request, maxBytes);
  if (bytes) return bytes;
  throw tooLarge(maxBytes);
}

async function bytesUpTo(request: HttpRequest, maxBytes: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return undefined;
  const bytes = new Uint8Array(await request.arrayBuffer());
  return bytes.byteLength <= maxBytes ? bytes : undefined;
}

/** @throws HttpProblem 400 */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HttpProblem(400, "the body is not UTF-8");
  }
}

export function tooLarge(maxBytes: number): HttpProblem {
  return new HttpProblem(413, `the body is larger than ${maxBytes / 1024 / 1024} MiB`);
}

/** @throws InvalidInput with all problems */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(
    parsed.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`),
  );
}

/** The webhook's timeout, which the API server appends: `?timeout=5s`. */
export function timeoutSeconds(query: URLSearchParams): number {
  const seconds = Number(
    /^(\d+(?:\.\d+)?)s$/.exec(query.get("timeout") ?? "")?.[1] ?? DEFAULT_TIMEOUT_SECONDS,
  );
  return Math.min(Math.max(seconds, 1), MAX_TIMEOUT_SECONDS);
}
