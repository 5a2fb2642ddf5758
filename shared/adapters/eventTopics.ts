/** Converts Azure's system topics and event subscriptions to the types of `Installation`. */
import type { EventFilter, EventSubscription, EventTopic } from "../ports/installation.ts";

export interface EventTopicWire {
  readonly id: string;
  readonly properties: {
    readonly source?: string;
    readonly topicType?: string;
    readonly provisioningState?: string;
  };
}

interface DestinationWire {
  readonly endpointType?: string;
  readonly properties?: { readonly resourceId?: string };
}

interface FilterWire {
  readonly includedEventTypes?: readonly string[] | null;
  readonly subjectBeginsWith?: string;
  readonly subjectEndsWith?: string;
  readonly advancedFilters?:
    | readonly {
        readonly key?: string;
        readonly operatorType: string;
        readonly values?: readonly unknown[];
      }[]
    | null;
}

export interface EventSubscriptionWire {
  readonly name: string;
  readonly properties: {
    readonly provisioningState?: string;
    readonly expirationTimeUtc?: string | null;
    readonly destination?: DestinationWire | null;
    readonly deliveryWithResourceIdentity?: { readonly destination?: DestinationWire } | null;
    readonly filter?: FilterWire | null;
  };
}

export function toEventTopic(
  { id, properties: { source = "", provisioningState = "" } }: EventTopicWire,
  subscriptions: readonly EventSubscriptionWire[],
): EventTopic {
  return { id, source, state: provisioningState, subscriptions: subscriptions.map(toSubscription) };
}

function toSubscription({ name, properties }: EventSubscriptionWire): EventSubscription {
  const { provisioningState = "", expirationTimeUtc, filter } = properties;
  const destination = properties.destination ?? properties.deliveryWithResourceIdentity?.destination;
  const functionId =
    destination?.endpointType === "AzureFunction" ? destination.properties?.resourceId : undefined;
  return {
    name,
    state: provisioningState,
    ...(expirationTimeUtc && { endsAtUtc: new Date(expirationTimeUtc).toISOString() }),
    ...(functionId !== undefined && { functionId }),
    filter: toFilter(filter ?? {}),
  };
}

function toFilter({
  includedEventTypes,
  subjectBeginsWith = "",
  subjectEndsWith = "",
  advancedFilters,
}: FilterWire): EventFilter {
  return {
    ...(includedEventTypes && { eventTypes: includedEventTypes }),
    subjectBeginsWith,
    subjectEndsWith,
    advanced: (advancedFilters ?? []).map(({ key = "", operatorType, values = [] }) => ({
      key,
      operator: operatorType,
      values: values.map(String),
    })),
  };
}
