/**
 * Tracks remaining ARM requests: every response contains what remains of its bucket.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
import type { AdditionalPolicyConfig } from "@azure-rest/core-client";
import type { Remaining } from "../ports/activity.ts";

const HEADER = /^x-ms-ratelimit-remaining-subscription-(reads|writes|deletes)$/;
const SUBSCRIPTION = /\/subscriptions\/([^/?]+)/i;
/** The subscription that a request is about, lower case; `undefined` if it is about none. */
export function subscriptionIn(url: string): string | undefined {
  return SUBSCRIPTION.exec(url)?.[1]?.toLowerCase();
}

/** The subscription's buckets in a response. */
export function remainingIn(
  subscription: string,
  headers: Iterable<[name: string, value: string]>,
): Remaining[] {
  return [...headers].flatMap(([name, value]) => {
    const kind = HEADER.exec(name.toLowerCase())?.[1] as Remaining["kind"] | undefined;
    return kind ? [{ subscription, kind, requests: Number(value) }] : [];
  });
}

/** ARM refills buckets within a minute. */
const KEPT_MILLISECONDS = 60_000;

export class RequestsLeft {
  readonly #seen: (Remaining & { readonly at: number })[] = [];
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Pipeline policy for the clients to track. */
  readonly watch: AdditionalPolicyConfig = {
    position: "perCall",
    policy: {
      name: "mooringRequestsLeft",
      sendRequest: async (request, next) => {
        const response = await next(request);
        this.#note(request.url, response.headers);
        return response;
      },
    },
  };

  /** The lowest count of each kind within the minute. */
  least(subscription: string): Remaining[] {
    this.#forget();
    const own = this.#seen.filter((one) => one.subscription === subscription.toLowerCase());
    return [...Map.groupBy(own, ({ kind }) => kind)].map(([kind, all]) => ({
      subscription: subscription.toLowerCase(),
      kind,
      requests: Math.min(...all.map(({ requests }) => requests)),
    }));
  }

  #note(url: string, headers: Iterable<[name: string, value: string]>): void {
    const subscription = subscriptionIn(url);
    if (subscription === undefined) return;
    for (const remaining of remainingIn(subscription, headers)) this.#keep(remaining);
  }

  /** One entry per second is sufficient. */
  #keep(remaining: Remaining): void {
    const at = this.#now();
    const last = this.#seen.findLast(
      ({ subscription, kind }) => subscription === remaining.subscription && kind === remaining.kind,
    );
    if (last && at - last.at < 1000 && last.requests <= remaining.requests) return;
    this.#forget();
    this.#seen.push({ ...remaining, at });
  }

  #forget(): void {
    const since = this.#now() - KEPT_MILLISECONDS;
    const kept = this.#seen.findIndex(({ at }) => at >= since);
    this.#seen.splice(0, kept === -1 ? this.#seen.length : kept);
  }
}
