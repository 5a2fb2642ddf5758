/**
 * ARM's token buckets: per subscription, caller and kind of request, with a global one fifteen times as large.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
import { ArmError } from "./armError.ts";

export interface Limit {
  bucket: number;
  perSecond: number;
}

export interface Limits {
  reads: Limit;
  writes: Limit;
  deletes: Limit;
}

export const AZURE_LIMITS: Limits = {
  reads: { bucket: 250, perSecond: 25 },
  writes: { bucket: 200, perSecond: 10 },
  deletes: { bucket: 200, perSecond: 10 },
};
/** As large subscriptions have them: headers report what remains, and hardly any call is throttled. */
export const LARGE_SUBSCRIPTION: Limits = {
  reads: { bucket: 1100, perSecond: 100 },
  writes: { bucket: 800, perSecond: 50 },
  deletes: { bucket: 800, perSecond: 50 },
};
const GLOBAL = 15;

interface Bucket {
  tokens: number;
  at: number;
}

export class Throttle {
  readonly #buckets = new Map<string, Bucket>();
  readonly #limits: Limits | undefined;
  readonly #now: () => Date;

  constructor(limits: Limits | undefined, now: () => Date) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Takes a token and returns the headers that report what remains; throws 429 when there is none. */
  take(subscription: string, objectId: string, method: string): Record<string, string> {
    if (!this.#limits) return {};
    const kind = method === "GET" || method === "HEAD" ? "reads" : method === "DELETE" ? "deletes" : "writes";
    const limit = this.#limits[kind];
    const own = this.#fill(`${subscription}|${objectId}|${kind}`, limit);
    const all = this.#fill(`${subscription}|${kind}`, {
      bucket: limit.bucket * GLOBAL,
      perSecond: limit.perSecond * GLOBAL,
    });
    if (own.tokens < 1 || all.tokens < 1)
      throw refused(subscription, objectId, { kind, seconds: Math.ceil(1 / limit.perSecond) });
    own.tokens -= 1;
    all.tokens -= 1;
    return {
      [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(Math.floor(own.tokens)),
      [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: String(Math.floor(all.tokens)),
    };
  }

  #fill(name: string, { bucket, perSecond }: Limit): Bucket {
    const now = this.#now().getTime();
    const found = this.#buckets.get(name) ?? { tokens: bucket, at: now };
    found.tokens = Math.min(bucket, found.tokens + ((now - found.at) / 1000) * perSecond);
    found.at = now;
    this.#buckets.set(name, found);
    return found;
  }
}

function refused(
  subscription: string,
  objectId: string,
  { kind, seconds }: { kind: string; seconds: number },
): ArmError {
  const message = `Number of '${kind.slice(0, -1)}' requests for subscription '${subscription}' actor '${objectId}' exceeded. Please try again after '${seconds}' seconds.`;
  return new ArmError(429, "SubscriptionRequestsThrottled", message, {
    from: "gateway",
    headers: { "retry-after": String(seconds) },
  });
}
