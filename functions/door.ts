/** What the HTTP functions that clusters call have in common: who is it, is it JSON, is it small enough, what went wrong. */
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type * as z from "zod";
import type { Cluster } from "../shared/declarations/clusterModel.ts";
import { isTokenOf } from "../shared/declarations/token.ts";
import { Conflict, InvalidInput } from "../shared/core/errors.ts";
import { knownCluster } from "../shared/admission/known.ts";
import { inert } from "../shared/core/inert.ts";
import { hostLog } from "../shared/adapters/hostLog.ts";
import { openPrepared, openUnprepared, type Opened, type Opening } from "../shared/adapters/opening.ts";
import type { Run } from "../shared/ports/ports.ts";
import { messageOf } from "../shared/core/messageOf.ts";

/** A page of a list, or a window of changes. */
export const DECLARATIONS_BYTES = 2 * 1024 * 1024;

/** Where the relay and the sender put the token: unlike a path, no proxy writes a header to its log. */
export const TOKEN_HEADER = "x-mooring-token";

type Caller = Pick<HttpRequest, "params" | "headers">;

/** Kubernetes' default, and what it allows. */
const DEFAULT_TIMEOUT_SECONDS = 10;
const MAX_TIMEOUT_SECONDS = 30;

class HttpProblem extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The handler's answer, or its failure as a status and all problems; never a stack trace. */
export async function answer(
  context: InvocationContext,
  handle: () => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  try {
    return await handle();
  } catch (error) {
    const log = hostLog(context);
    const { status, ...found } = toProblem(error);
    // They quote what was sent, and end up in terminals by way of the API server.
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
  return { status: 503, problems: ["Mooring cannot answer now; try again"] };
}

/**
 * The app, open for this request. Its settings and its data are its own trouble, not the caller's: 503, with the reasons in the log and
 * `/api/health`. @throws HttpProblem
 */
export async function openApp(context: InvocationContext): Promise<Opened> {
  const { app } = await import("../shared/adapters/app.ts");
  return demandOpen(await openPrepared(app, hostLog(context)));
}

/** The same for the gate, which waits for no upgrade. @throws HttpProblem */
export async function openGate(context: InvocationContext): Promise<Opened> {
  const { app } = await import("../shared/adapters/app.ts");
  return demandOpen(await openUnprepared(app, hostLog(context)));
}

function demandOpen(opening: Opening): Opened {
  if (opening.ok) return opening;
  throw new HttpProblem(503, opening.obstacle.says);
}

/**
 * The registered cluster that the token belongs to: in the header, or as the path's last segment for API servers, which cannot send
 * headers. An unknown cluster and a wrong token look the same.
 */
export async function authenticate(
  run: Run,
  { params, headers }: Caller,
  find: (run: Run, name: string) => Promise<Cluster | undefined> = knownCluster,
): Promise<Cluster> {
  const cluster = await find(run, params["cluster"] ?? "");
  // Asked first, so that an unknown cluster costs the same time.
  const valid = isTokenOf(cluster, headers.get(TOKEN_HEADER) ?? params["token"] ?? "", run.now());
  if (valid && cluster) return cluster;
  throw new HttpProblem(404, "not found");
}

/** The media type, lower case, without parameters. @throws HttpProblem 415 unless it is one of those */
export function mediaType<T extends string>(
  { headers }: Pick<HttpRequest, "headers">,
  known: readonly T[],
): T {
  const given = headers.get("content-type") ?? "";
  const found = known.find((type) => type === given.split(";")[0]?.trim().toLowerCase());
  if (found) return found;
  throw new HttpProblem(415, `content-type must be ${known.join(" or ")}, not "${given}"`);
}

/** The body as text, or that it is too large. @throws HttpProblem 400 if it is not UTF-8 */
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

/** @throws InvalidInput with every problem at once */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(
    parsed.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`),
  );
}

/** The deadline that the API server appends: `?timeout=5s`. */
export function timeoutSeconds(query: URLSearchParams): number {
  const seconds = Number(
    /^(\d+(?:\.\d+)?)s$/.exec(query.get("timeout") ?? "")?.[1] ?? DEFAULT_TIMEOUT_SECONDS,
  );
  return Math.min(Math.max(seconds, 1), MAX_TIMEOUT_SECONDS);
}
