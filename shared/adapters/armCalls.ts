/** Adds the correlation id to every ARM request, and records its duration and status. */
import type { AdditionalPolicyConfig } from "@azure-rest/core-client";
import { correlation } from "../core/correlation.ts";
import type { Metrics } from "../ports/metrics.ts";
import { remainingIn, subscriptionIn } from "./requestsLeft.ts";

/** ARM replaces an id of any other form with its own. */
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Azure's activity log and the resulting events then contain the correlation id. */
export const correlateCalls: AdditionalPolicyConfig = {
  position: "perCall",
  policy: {
    name: "mooringCorrelation",
    sendRequest: (request, next) => {
      const { correlationId = "" } = correlation() ?? {};
      if (GUID.test(correlationId)) request.headers.set("x-ms-correlation-request-id", correlationId);
      return next(request);
    },
  },
};

/** Records each attempt separately. */
export function measureCalls(metrics: Metrics): AdditionalPolicyConfig {
  return {
    position: "perRetry",
    policy: {
      name: "mooringMeasure",
      sendRequest: async (request, next) => {
        const started = performance.now();
        const note = (status: number) =>
          metrics.record("http.client.request.duration", (performance.now() - started) / 1000, {
            "server.address": new URL(request.url).hostname,
            "http.request.method": request.method,
            "http.response.status_code": status,
          });
        try {
          const response = await next(request);
          note(response.status);
          noteLimits(metrics, request.url, response);
          return response;
        } catch (error) {
          note((error as { statusCode?: number }).statusCode ?? 0);
          throw error;
        }
      },
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Iterable<[name: string, value: string]>;
}

function noteLimits(metrics: Metrics, url: string, { status, headers }: Answer): void {
  const subscription = subscriptionIn(url);
  if (subscription === undefined) return;
  if (status === 429) metrics.record("mooring.arm.throttled", 1, { subscription });
  for (const { kind, requests } of remainingIn(subscription, headers))
    metrics.record("mooring.arm.requests.remaining", requests, { subscription, kind });
}
