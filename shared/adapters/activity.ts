/**
 * Adapter: `Activity` on the activity log, whose filters are few: a time, and one field.
 * @see https://learn.microsoft.com/rest/api/monitor/activity-logs/list
 */
import type { Activity, Failure } from "../ports/activity.ts";
import { ACTIVITY_VERSION } from "./apiVersions.ts";
import type { ArmAccess } from "./armAccess.ts";
import { rawClient, rawList } from "./rawList.ts";
import type { RequestsLeft } from "./requestsLeft.ts";

export function azureActivity(access: ArmAccess, left: RequestsLeft): Activity {
  const client = rawClient(access);
  return {
    remaining: (subscription) => left.least(subscription),
    failures: async (subscription, resourceGroup, sinceUtc) => {
      const group = resourceGroup.replaceAll("'", "''");
      const path = `/subscriptions/${subscription}/providers/Microsoft.Insights/eventtypes/management/values`;
      const events = rawList<Wire>(client, path, {
        "api-version": ACTIVITY_VERSION,
        $filter: `eventTimestamp ge '${sinceUtc}' and resourceGroupName eq '${group}'`,
      });
      const failures: Failure[] = [];
      for await (const event of events) if (event.status?.value === "Failed") failures.push(toFailure(event));
      return failures.toSorted((a, b) => (a.atUtc > b.atUtc ? -1 : 1));
    },
  };
}

interface Wire {
  readonly eventTimestamp: string;
  readonly resourceId: string;
  readonly operationName: { readonly value: string };
  readonly status?: { readonly value?: string };
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

/** The provider's answer is in the log as text; an answer that is none is told as it stands. */
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
