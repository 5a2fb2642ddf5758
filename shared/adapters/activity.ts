/**
 * Adapter: `Activity` on the activity log, whose filters are few: a time, and one field.
 * @see https://learn.microsoft.com/rest/api/monitor/activity-logs/list
 */
import { once } from "../core/once.ts";
import type { Activity, Failure } from "../ports/activity.ts";
import { sameId } from "../azure/resourceId.ts";
import { ACTIVITY_VERSION } from "./apiVersions.ts";
import type { ArmAccess } from "./armAccess.ts";
import { readIdentity } from "./identity.ts";
import { rawClient, rawList } from "./rawList.ts";
import type { RequestsLeft } from "./requestsLeft.ts";

const OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier";
const WRITES = /^Microsoft\.Network\/(loadBalancers|privateLinkServices)\/write$/i;

export function azureActivity(access: ArmAccess, left: RequestsLeft): Activity {
  const client = rawClient(access);
  const own = once(() => readIdentity(access.credential));
  const events = (subscription: string, resourceGroup: string, sinceUtc: string) => {
    const group = resourceGroup.replaceAll("'", "''");
    const path = `/subscriptions/${subscription}/providers/Microsoft.Insights/eventtypes/management/values`;
    return rawList<Wire>(client, path, {
      "api-version": ACTIVITY_VERSION,
      $filter: `eventTimestamp ge '${sinceUtc}' and resourceGroupName eq '${group}'`,
    });
  };
  return {
    remaining: (subscription) => left.least(subscription),
    failures: async (subscription, resourceGroup, sinceUtc) => {
      const failures: Failure[] = [];
      for await (const event of events(subscription, resourceGroup, sinceUtc))
        if (event.status?.value === "Failed") failures.push(toFailure(event));
      return failures.toSorted(newestFirst);
    },
    otherWrites: async (subscription, resourceGroup, sinceUtc) => {
      const { objectId } = await own("own");
      const isOwn = ({ caller, claims }: Wire) =>
        [caller, claims?.[OBJECT_ID]].some((id) => sameId(id ?? "", objectId));
      const writes: Wire[] = [];
      for await (const event of events(subscription, resourceGroup, sinceUtc))
        if (event.status?.value === "Succeeded" && WRITES.test(event.operationName.value) && !isOwn(event))
          writes.push(event);
      return writes
        .map(({ eventTimestamp, resourceId, caller = "" }) => ({ atUtc: eventTimestamp, resourceId, caller }))
        .toSorted(newestFirst);
    },
  };
}

function newestFirst(a: { readonly atUtc: string }, b: { readonly atUtc: string }): number {
  return a.atUtc > b.atUtc ? -1 : 1;
}

interface Wire {
  readonly eventTimestamp: string;
  readonly resourceId: string;
  readonly operationName: { readonly value: string };
  readonly status?: { readonly value?: string };
  readonly caller?: string;
  readonly claims?: Readonly<Record<string, string>>;
  readonly properties?: { readonly statusCode?: string; readonly statusMessage?: string };
}

function toFailure({ eventTimestamp, resourceId, operationName, properties }: Wire): Failure {
  return {
    atUtc: eventTimestamp,
    resourceId,
    operation: operationName.value,
    ...reasonIn(properties?.statusMessage),
  };
}

/** The log contains the provider's answer as text. An answer that is not JSON is returned unchanged. */
function reasonIn(text: string | undefined): Pick<Failure, "code" | "message"> {
  if (!text) return {};
  try {
    const body = JSON.parse(text) as { error?: Said } & Said;
    const { code, message } = body.error ?? body;
    return { ...(code && { code }), ...(message && { message }) };
  } catch {
    return { message: text };
  }
}

interface Said {
  readonly code?: string;
  readonly message?: string;
}
