/**
 * An ARM outcome as Event Grid sends it (EventGridSchema).
 * @see https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions
 */
import { randomUUID } from "node:crypto";
import type { ArmEvent } from "../arm/armEvent.ts";
import { TENANT } from "../identity/directory.ts";

const STATUS = { Success: "Succeeded", Failure: "Failed", Cancel: "Canceled" } as const;

export interface GridEvent {
  id: string;
  topic: string;
  subject: string;
  eventType: string;
  eventTime: string;
  data: Record<string, unknown>;
  dataVersion: string;
  metadataVersion: string;
}

export function toEvent(event: ArmEvent): GridEvent {
  const { objectId, applicationId, name } = event.caller;
  const evidence = {
    role: "Contributor",
    roleAssignmentScope: `/subscriptions/${event.subscription}`,
    principalId: objectId,
    principalType: "ServicePrincipal",
  };
  return {
    id: randomUUID(),
    topic: `/subscriptions/${event.subscription}`,
    subject: event.resourceId,
    eventType: `Microsoft.Resources.Resource${event.kind}${event.outcome}`,
    eventTime: event.atUtc,
    data: {
      authorization: { scope: event.resourceId, action: event.operationName, evidence },
      claims: {
        aud: "https://management.azure.com/",
        appid: applicationId,
        name,
        "http://schemas.microsoft.com/identity/claims/objectidentifier": objectId,
        "http://schemas.microsoft.com/identity/claims/tenantid": TENANT,
      },
      correlationId: event.correlationId,
      httpRequest: {
        clientRequestId: randomUUID(),
        clientIpAddress: "127.0.0.1",
        method: event.method,
        url: event.url,
      },
      resourceProvider: event.resourceProvider,
      resourceUri: event.resourceId,
      operationName: event.operationName,
      status: STATUS[event.outcome],
      subscriptionId: event.subscription,
      tenantId: TENANT,
    },
    dataVersion: "2",
    metadataVersion: "1",
  };
}
