/**
 * A resource event as Event Grid sends it, in either schema. Only the resource's identity is read: an event is a hint that
 * something happened, never a state. Claims are personal data: only the writer of a PLS is kept, for a day.
 * @see https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions
 */
import * as z from "zod";
import { InvalidInput } from "../core/errors.ts";

/** Limits that fit into a queue message. Identifiers are never truncated; texts for operators are. */
const ResourceName = z.string().max(2048);
const upTo = (characters: number) => z.string().transform((text) => text.slice(0, characters));
const Words = upTo(256);
const Id = upTo(128);

const Data = z.object({
  resourceUri: ResourceName.optional(),
  operationName: Words.default(""),
  correlationId: Id.default(""),
  claims: z.object({ name: Words.optional(), appid: Words.optional() }).catch({}).default({}),
});

const EventGridSchema = z.object({
  id: Id,
  subject: ResourceName,
  eventType: Words,
  eventTime: z.coerce.date(),
  data: Data,
});
const CloudEvent = z.object({
  id: Id,
  subject: ResourceName,
  type: Words,
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
  /** The caller: a name, or the application's id; "" if the event does not contain it. */
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
