/**
 * System topics of subscriptions, and the event subscriptions on them. What they ask for is what the sandbox's Event Grid delivers.
 * @see https://learn.microsoft.com/rest/api/eventgrid/controlplane/system-topic-event-subscriptions
 */
import { ArmError } from "../armError.ts";
import { key, same } from "../ids.ts";
import type { Body, ChildType, ResourceType, Stored, World } from "../resourceType.ts";

export const TOPIC_TYPE = "Microsoft.EventGrid/systemTopics";
const SUBSCRIPTIONS = "eventSubscriptions";
const NAME = /^[A-Za-z0-9-]{3,64}$/;

const eventSubscriptions: ChildType = {
  segment: SUBSCRIPTIONS,
  list: (_world, parent) => itemsOf(parent).map((item) => toWire(parent, item)),
  put(_world, parent, name, body) {
    if (!NAME.test(name))
      throw invalid("The event subscription name must be 3 to 64 letters, digits or dashes.");
    if (!body["properties"]?.destination) throw invalid("The event subscription has no destination.");
    const made = { name, properties: normal(body["properties"]) };
    parent.properties[SUBSCRIPTIONS] = [...without(parent, name), made];
  },
  remove: (_world, parent, name) => void (parent.properties[SUBSCRIPTIONS] = without(parent, name)),
};

export const systemTopics: ResourceType = {
  type: TOPIC_TYPE,
  settlesAtOnce: true,
  children: [eventSubscriptions],
  put(world, { id, body, existing, location }) {
    const { source, topicType } = body["properties"] ?? {};
    if (typeof source !== "string" || typeof topicType !== "string")
      throw invalid("A system topic needs source and topicType.");
    if (same(topicType, "Microsoft.Resources.Subscriptions") && location !== "global")
      throw invalid("System topics of subscriptions are in location global.");
    if (others(world, id).some(({ properties }) => same(properties["source"], source)))
      throw invalid("Only one system topic is allowed per source.");
    return {
      properties: { source, topicType, [SUBSCRIPTIONS]: existing?.properties[SUBSCRIPTIONS] ?? [] },
    };
  },
  toWire(_world, { id, name, type, location, tags, provisioningState, resourceGuid, properties }) {
    const { [SUBSCRIPTIONS]: _, ...own } = properties;
    return {
      properties: { provisioningState, ...own, metricResourceId: resourceGuid },
      location,
      tags,
      id,
      name,
      type,
    };
  },
};

/** Event subscriptions of a topic, as stored. */
export function itemsOf({ properties }: Stored): Body[] {
  return (properties[SUBSCRIPTIONS] ?? []) as Body[];
}

function others(world: World, id: string): Stored[] {
  return world.ofType(TOPIC_TYPE).filter((topic) => key(topic.id) !== key(id));
}

function without(parent: Stored, name: string): Body[] {
  return itemsOf(parent).filter((item) => key(item["name"]) !== key(name));
}

/** What a client sends back of what it read, and Event Grid sets itself. */
const SERVER_SIDE = new Set(["topic", "provisioningState"]);

/** With what Event Grid adds. */
function normal(sent: Body): Body {
  const own = Object.fromEntries(Object.entries(sent).filter(([name]) => !SERVER_SIDE.has(name)));
  return {
    provisioningState: "Succeeded",
    labels: [],
    eventDeliverySchema: "EventGridSchema",
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
    ...own,
    filter: { subjectBeginsWith: "", subjectEndsWith: "", ...sent["filter"] },
  };
}

function toWire(parent: Stored, { name, properties }: Body): Body {
  return {
    properties: { topic: parent.id, ...properties },
    id: `${parent.id}/${SUBSCRIPTIONS}/${name}`,
    name,
    type: `${TOPIC_TYPE}/${SUBSCRIPTIONS}`,
  };
}

function invalid(message: string): ArmError {
  return new ArmError(400, "InvalidRequest", message);
}
