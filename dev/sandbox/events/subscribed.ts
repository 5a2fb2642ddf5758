/**
 * Which functions an event goes to: what the event subscriptions of its topic ask for.
 * @see https://learn.microsoft.com/azure/event-grid/event-filtering
 */
import { itemsOf, TOPIC_TYPE } from "../arm/eventGrid/systemTopics.ts";
import { same } from "../arm/ids.ts";
import type { Body } from "../arm/resourceType.ts";
import type { ArmWorld } from "../arm/world.ts";
import type { GridEvent } from "./toEvent.ts";

/** Names of functions, one for each event subscription whose filters match the event. */
export function subscribed(world: ArmWorld, event: GridEvent): string[] {
  return world
    .ofType(TOPIC_TYPE)
    .filter(({ properties }) => same(properties["source"], event.topic))
    .flatMap(itemsOf)
    .filter(({ properties }) => isActive(properties, world.nowUtc()) && passes(properties.filter, event))
    .flatMap(({ properties }) => functionOf(properties.destination) ?? []);
}

function isActive({ provisioningState, expirationTimeUtc }: Body, nowUtc: string): boolean {
  return provisioningState === "Succeeded" && (expirationTimeUtc === undefined || expirationTimeUtc > nowUtc);
}

function functionOf({ endpointType, properties }: Body): string | undefined {
  if (endpointType !== "AzureFunction") return undefined;
  return /\/functions\/([^/]+)$/i.exec(String(properties?.resourceId ?? ""))?.[1];
}

function passes(filter: Body, event: GridEvent): boolean {
  const { includedEventTypes, subjectBeginsWith = "", subjectEndsWith = "", advancedFilters } = filter;
  const fold = filter["isSubjectCaseSensitive"] === true ? (text: string) => text : lower;
  return (
    ((includedEventTypes as string[] | null | undefined)?.includes(event.eventType) ?? true) &&
    fold(event.subject).startsWith(fold(subjectBeginsWith)) &&
    fold(event.subject).endsWith(fold(subjectEndsWith)) &&
    ((advancedFilters ?? []) as Body[]).every((one) => advanced(one, event))
  );
}

type Test = (value: string, wanted: string) => boolean;

const TESTS: Record<string, Test> = {
  In: (value, wanted) => value === wanted,
  BeginsWith: (value, wanted) => value.startsWith(wanted),
  EndsWith: (value, wanted) => value.endsWith(wanted),
  Contains: (value, wanted) => value.includes(wanted),
};

/** Filters of other kinds than text let nothing through: a test must not rely on what is missing here. */
function advanced({ key: path, operatorType, values = [] }: Body, event: GridEvent): boolean {
  const value = valueAt(event, path);
  if (operatorType === "IsNullOrUndefined") return value === undefined;
  if (operatorType === "IsNotNull") return value !== undefined;
  const [, not, kind = ""] = /^String(Not)?(In|BeginsWith|EndsWith|Contains)$/.exec(operatorType) ?? [];
  const test = TESTS[kind];
  if (!test) return false;
  const fits = (values as string[]).some((one) => value !== undefined && test(lower(value), lower(one)));
  return not === undefined ? fits : !fits;
}

function valueAt(event: GridEvent, path: string): string | undefined {
  const found = path.split(".").reduce<unknown>((at, name) => (at as Body | undefined)?.[name], event);
  return typeof found === "string" ? found : undefined;
}

function lower(text: string): string {
  return text.toLowerCase();
}
