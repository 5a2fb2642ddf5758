/** Input of each function: a typical call, in a state without anything to repair. */
import type { Trigger } from "../../sandbox/host/invoke.ts";
import { SUBSCRIPTION } from "../inventory.ts";
import { asking, document } from "../reviews.ts";

const PLS = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/privateLinkServices/none`;

/** By the function's name. */
export function firstTriggers(cluster: string, token: string): Readonly<Record<string, Trigger>> {
  const credentials = { cluster, token };
  return {
    health: http("GET", "health"),
    admitService: http("POST", "admit", { params: credentials, body: document(asking(1, 1)) }),
    mutateService: http("POST", "mutate", { params: credentials, body: document(asking(1, 2)) }),
    declarations: http("POST", `clusters/${cluster}/declarations`, { params: credentials, body: {} }),
    api: http("GET", "v1/findings"),
    dashboard: http("GET", "dashboard/"),
    onResourceEvent: { data: { json: JSON.stringify(event()) } },
    scanInventory: timer(),
    sweepOrphans: timer(),
    auditDrift: timer(),
    pollPrivateLinkServices: timer(),
    watchQueues: timer(),
    scanInventoryWork: work("inventory", "all"),
    sweepOrphansWork: work("orphans", "all"),
    auditDriftWork: work("drift", "all"),
    reconcilePls: work("pls", PLS),
    sendNotices: work("webhook", "no run"),
  };
}

interface Sent {
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: object;
}

function http(method: string, path: string, { params = {}, body }: Sent = {}): Trigger {
  const values = Object.entries(params).map(([name, value]) => [name, { value }]);
  const bytes = body && new TextEncoder().encode(JSON.stringify(body));
  return {
    data: {
      http: {
        method,
        url: `http://127.0.0.1/api/${path}`,
        nullableHeaders: { "content-type": { value: "application/json" }, host: { value: "127.0.0.1" } },
        nullableParams: Object.fromEntries(values),
        nullableQuery: {},
        body: bytes ? { bytes } : null,
      },
    },
  };
}

function timer(): Trigger {
  const schedule = { Schedule: { AdjustForDST: true }, IsPastDue: false };
  return { data: { json: JSON.stringify(schedule) } };
}

function work(what: string, id: string): Trigger {
  const item = { what, id, why: "bench", seenAtUtc: "2026-01-01T00:00:00.000Z", correlationId: "bench" };
  return { data: { string: JSON.stringify(item) }, metadata: { DequeueCount: { json: "1" } } };
}

function event(): object {
  return {
    id: "e",
    subject: PLS,
    eventType: "Microsoft.Resources.ResourceWriteSuccess",
    eventTime: "2026-01-01T00:00:00.000Z",
    data: { operationName: "Microsoft.Network/privateLinkServices/write", claims: { name: "somebody" } },
  };
}
