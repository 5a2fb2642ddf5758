import { STATUS_CODES } from "node:http";
import { ArmError } from "../armError.ts";
import { page, type Route } from "../call.ts";
import { key } from "../ids.ts";
import type { ArmEvent } from "../armEvent.ts";

const OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier";
const PATH = /^\/subscriptions\/([^/]+)\/providers\/microsoft\.insights\/eventtypes\/management\/values$/i;

/** What was done in a subscription; the filter must name a time. */
export const activityRoute: Route = (context, call) => {
  const match = PATH.exec(call.path);
  if (!match) return undefined;
  const filter = call.query.get("$filter") ?? "";
  const since = /eventTimestamp ge '([^']+)'/.exec(filter)?.[1];
  if (since === undefined)
    throw new ArmError(400, "BadRequest", "The $filter must have an eventTimestamp.", { from: "gateway" });
  const until = /eventTimestamp le '([^']+)'/.exec(filter)?.[1] ?? "9999";
  const [, field = "", value = ""] =
    /(resourceGroupName|resourceUri|resourceProvider|correlationId) eq '((?:[^']|'')*)'/.exec(filter) ?? [];
  const found = context.activity.filter(
    (event) =>
      key(event.subscription) === key(match[1] ?? "") &&
      event.atUtc >= since &&
      event.atUtc <= until &&
      fits(event, field, value.replaceAll("''", "'")),
  );
  return page(context, call, found.map(toWire).toReversed());
};

function fits(event: ArmEvent, field: string, value: string): boolean {
  if (field === "resourceGroupName") return key(event.resourceId).includes(`/resourcegroups/${key(value)}/`);
  if (field === "resourceUri") return key(event.resourceId) === key(value);
  if (field === "resourceProvider") return key(event.resourceProvider) === key(value);
  return field === "" || event.correlationId === value;
}

function toWire(event: ArmEvent) {
  const status = event.outcome === "Success" ? "Succeeded" : "Failed";
  return {
    eventTimestamp: event.atUtc,
    operationName: { value: event.operationName, localizedValue: event.operationName },
    status: { value: status, localizedValue: status },
    caller: event.caller.name,
    claims: { appid: event.caller.applicationId, [OBJECT_ID]: event.caller.objectId },
    correlationId: event.correlationId,
    resourceId: event.resourceId,
    level: event.outcome === "Success" ? "Informational" : "Error",
    ...(event.error && { properties: reason(event.error, event.resourceId) }),
  };
}

/** The provider's answer is in the log as text. */
function reason({ status, code, message }: NonNullable<ArmEvent["error"]>, entity: string) {
  return {
    statusCode: STATUS_CODES[status]?.replaceAll(" ", "") ?? String(status),
    serviceRequestId: null,
    statusMessage: JSON.stringify({ error: { code, message } }),
    eventCategory: "Administrative",
    entity,
  };
}
