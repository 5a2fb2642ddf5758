/**
 * A resource event as Event Grid sends it, in either schema. Only what names the resource is read: an event is a hint that
 * something happened, never a state. Its claims are personal data: only who wrote a link is kept, and for a day.
 * @see https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions
 */
import * as z from "zod";
import { InvalidInput } from "../errors.ts";

const Data = z.object({
  resourceUri: z.string().optional(),
  operationName: z.string().default(""),
  correlationId: z.string().default(""),
  claims: z.object({ name: z.string().optional(), appid: z.string().optional() }).catch({}).default({}),
});

const EventGridSchema = z.object({
  id: z.string(),
  subject: z.string(),
  eventType: z.string(),
  eventTime: z.coerce.date(),
  data: Data,
});
const CloudEvent = z.object({
  id: z.string(),
  subject: z.string(),
  type: z.string(),
  time: z.coerce.date(),
  data: Data,
});

export interface ResourceEvent {
  readonly id: string;
  readonly type: string;
  readonly resourceId: string;
  readonly operationName: string;
  readonly correlationId: string;
  readonly atUtc: string;
  /** Who did it: a name, or the application's id; "" if the event does not say. */
  readonly caller: string;
}

/** @throws InvalidInput if it is neither an Event Grid event nor a CloudEvent about a resource */
export function parseEvent(event: unknown): ResourceEvent {
  const grid = EventGridSchema.safeParse(event);
  if (grid.success) return toEvent(grid.data, grid.data.eventType, grid.data.eventTime);
  const cloud = CloudEvent.safeParse(event);
  if (cloud.success) return toEvent(cloud.data, cloud.data.type, cloud.data.time);
  throw new InvalidInput(
    grid.error.issues.map((issue) => `${issue.path.join(".") || "event"}: ${issue.message}`),
  );
}

function toEvent(
  { id, subject, data }: z.infer<typeof EventGridSchema> | z.infer<typeof CloudEvent>,
  type: string,
  at: Date,
): ResourceEvent {
  const { operationName, correlationId, claims } = data;
  return {
    id,
    type,
    resourceId: data.resourceUri ?? subject,
    operationName,
    correlationId,
    atUtc: at.toISOString(),
    caller: claims.name ?? claims.appid ?? "",
  };
}
