/**
 * The share of this process that one cluster may use (docs/platform/limits.md). Its limit comes after the token was checked and before the body is
 * read. An API server repeats a review that was answered with 429 after `Retry-After`, within the webhook's timeout; a sender does the same.
 */
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { createLimiter, type Limit } from "../shared/core/limiter.ts";
import type { Run } from "../shared/ports/ports.ts";
import { HOST_BODY_BYTES } from "./http.ts";

type Kind = "admission" | "declarations";

const MEBIBYTE = 1024 * 1024;

export const SHARES: Readonly<Record<Kind, Limit>> = {
  /** Half of the requests that an instance processes concurrently by default. */
  admission: { atOnce: 16, perSecond: 100, burst: 400 },
  /** A sender posts one body at a time, and a cluster has at most four senders. */
  declarations: { atOnce: 4, perSecond: 30, burst: 120 },
};

/**
 * Bytes of the bodies: their number alone does not limit the time of the event loop, to which reading a body of 2 MiB takes up to 30 ms.
 * Fifty thousand Services are 50 MiB.
 */
export const BYTE_SHARES: Readonly<Record<Kind, Limit>> = {
  admission: { atOnce: Infinity, perSecond: 4 * MEBIBYTE, burst: 32 * MEBIBYTE },
  declarations: { atOnce: Infinity, perSecond: 4 * MEBIBYTE, burst: 32 * MEBIBYTE },
};

const limitersOf = ({ admission, declarations }: Readonly<Record<Kind, Limit>>) => {
  const monotonic = () => performance.now();
  return {
    admission: createLimiter(admission, monotonic),
    declarations: createLimiter(declarations, monotonic),
  };
};
const [limiters, byteLimiters] = [limitersOf(SHARES), limitersOf(BYTE_SHARES)];

/**
 * A body without a length counts as the largest: the host has read it, but its length is available only after
 * it is copied.
 */
function bytesOf({ headers }: Pick<HttpRequest, "headers">): number {
  const length = headers.get("content-length");
  return length === null ? HOST_BODY_BYTES : Number(length) || 0;
}

interface Sharing {
  readonly kind: Kind;
  readonly cluster: string;
  readonly request: Pick<HttpRequest, "headers">;
}

/** The response of `handle`, or 429 if the cluster has used its share. */
export async function withinShare(
  { ports }: Pick<Run, "ports">,
  { kind, cluster, request }: Sharing,
  handle: () => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  const counted = await limiters[kind].run(cluster, () =>
    byteLimiters[kind].run(cluster, handle, bytesOf(request)),
  );
  const limited = counted.ok ? counted.value : counted;
  if (limited.ok) return limited.value;
  ports.metrics.record("mooring.requests.limited", 1, { kind, cluster });
  const { retryAfterSeconds: seconds } = limited;
  const problem = `cluster ${cluster} sends too many requests (${kind}): try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}`;
  return { status: 429, headers: { "retry-after": String(seconds) }, jsonBody: { problems: [problem] } };
}
