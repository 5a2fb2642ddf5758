/**
 * The share of this process that one cluster may use (docs/limits.md). Its limit comes after the token was checked and before the body is
 * read. An API server repeats a review that was answered with 429 after `Retry-After`, within the webhook's timeout; a sender does the same.
 */
import type { HttpResponseInit } from "@azure/functions";
import { createLimiter, type Limit } from "../shared/core/limiter.ts";
import type { Run } from "../shared/ports/ports.ts";

type Kind = "admission" | "declarations";

export const SHARES: Readonly<Record<Kind, Limit>> = {
  /** Half of the requests that an instance takes at the same time by default. */
  admission: { atOnce: 16, perSecond: 100, burst: 400 },
  /** A sender posts one after the other, and a cluster has four at most. */
  declarations: { atOnce: 4, perSecond: 30, burst: 120 },
};

const monotonic = () => performance.now();
const limiters = {
  admission: createLimiter(SHARES.admission, monotonic),
  declarations: createLimiter(SHARES.declarations, monotonic),
};

/** What `handle` answers, or 429 if the cluster uses its share already. */
export async function withinShare(
  { ports }: Pick<Run, "ports">,
  { kind, cluster }: { readonly kind: Kind; readonly cluster: string },
  handle: () => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  const limited = await limiters[kind].run(cluster, handle);
  if (limited.ok) return limited.value;
  ports.metrics.record("mooring.requests.limited", 1, { kind, cluster });
  const { retryAfterSeconds: seconds } = limited;
  const problem = `cluster ${cluster} sends too many requests (${kind}): try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}`;
  return { status: 429, headers: { "retry-after": String(seconds) }, jsonBody: { problems: [problem] } };
}
