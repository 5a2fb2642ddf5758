/**
 * Whether an event subscription would deliver an event. Pure.
 * @see https://learn.microsoft.com/azure/event-grid/event-filtering
 */
import type { EventFilter } from "../ports/installation.ts";

export interface SampleEvent {
  readonly type: string;
  readonly subject: string;
  readonly operationName: string;
}

export function delivers(filter: EventFilter, event: SampleEvent): boolean {
  const { eventTypes, subjectBeginsWith, subjectEndsWith, advanced } = filter;
  const subject = event.subject.toLowerCase();
  return (
    (eventTypes?.some((type) => sameText(type, event.type)) ?? true) &&
    subject.startsWith(subjectBeginsWith.toLowerCase()) &&
    subject.endsWith(subjectEndsWith.toLowerCase()) &&
    advanced.every((one) => fits(one, event))
  );
}

/** Fields with a sample value. Filters on other fields cannot be evaluated and are assumed to match. */
const FIELDS: Readonly<Record<string, (event: SampleEvent) => string>> = {
  "data.operationname": ({ operationName }) => operationName,
  subject: ({ subject }) => subject,
  eventtype: ({ type }) => type,
  "data.resourceprovider": ({ operationName }) => operationName.split("/")[0] ?? "",
  "data.status": () => "Succeeded",
};

const TESTS: Readonly<Record<string, (value: string, expected: string) => boolean>> = {
  in: (value, expected) => value === expected,
  beginswith: (value, expected) => value.startsWith(expected),
  endswith: (value, expected) => value.endsWith(expected),
  contains: (value, expected) => value.includes(expected),
};

function fits({ key, operator, values }: EventFilter["advanced"][number], event: SampleEvent): boolean {
  const field = FIELDS[key.toLowerCase()];
  const [, not, kind = ""] = /^string(not)?(in|beginswith|endswith|contains)$/i.exec(operator) ?? [];
  const test = TESTS[kind.toLowerCase()];
  if (!field || !test) return true;
  const value = field(event).toLowerCase();
  const found = values.some((expected) => test(value, expected.toLowerCase()));
  return not === undefined ? found : !found;
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
