import { describe, expect, test } from "vitest";
import { events } from "../../shared/doctor/checks/events.ts";
import { delivers, type SampleEvent } from "../../shared/doctor/filter.ts";
import type { EventFilter } from "../../shared/ports/installation.ts";
import { readSnapshot } from "../infra/compiled.ts";

const event: SampleEvent = {
  type: "Microsoft.Resources.ResourceWriteSuccess",
  subject: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb",
  operationName: "Microsoft.Network/loadBalancers/write",
};
const filter = (some: Partial<EventFilter> = {}): EventFilter => ({
  subjectBeginsWith: "",
  subjectEndsWith: "",
  advanced: [],
  ...some,
});
const by = (operator: string, ...values: string[]) =>
  filter({ advanced: [{ key: "data.operationName", operator, values }] });

describe("an event is delivered", () => {
  test.each<[string, EventFilter, boolean]>([
    ["without filters", filter(), true],
    ["of its type, in any case", filter({ eventTypes: [event.type.toUpperCase()] }), true],
    ["of no type", filter({ eventTypes: [] }), false],
    ["by its subject's beginning", filter({ subjectBeginsWith: "/SUBSCRIPTIONS/s/" }), true],
    ["by its subject's end", filter({ subjectEndsWith: "/lb2" }), false],
    ["by its operation's beginning", by("StringBeginsWith", "x", "microsoft.network/"), true],
    ["by its operation's end", by("StringEndsWith", "/delete"), false],
    ["by its operation", by("StringIn", "Microsoft.Network/loadBalancers/write"), true],
    ["by a part", by("StringContains", "balancers"), true],
    ["by what it is not", by("StringNotIn", "Microsoft.Network/loadBalancers/write"), false],
    ["by what it does not contain", by("StringNotContains", "pls"), true],
    [
      "by its status",
      filter({ advanced: [{ key: "data.status", operator: "StringIn", values: ["Failed"] }] }),
      false,
    ],
    [
      "by its provider",
      filter({
        advanced: [{ key: "data.resourceProvider", operator: "StringIn", values: ["microsoft.network"] }],
      }),
      true,
    ],
    [
      "by an unknown field",
      filter({ advanced: [{ key: "data.tenantId", operator: "StringIn", values: ["t"] }] }),
      true,
    ],
    ["by an unknown operator", by("NumberIn", "1"), true],
    [
      "if one of several keeps it away",
      filter({ ...by("StringContains", "balancers"), subjectEndsWith: "x" }),
      false,
    ],
  ])("%s", (_, given, expected) => expect(delivers(given, event)).toBe(expected));
});

interface DeployedFilter {
  readonly includedEventTypes?: readonly string[];
  readonly advancedFilters?: readonly { readonly values: readonly string[] }[];
}

test("the filters of infra/ let through everything that is worth work", async () => {
  const { predictedResources } = await readSnapshot("events");
  const subscribed = predictedResources.find(({ type }) => type.endsWith("/eventSubscriptions"));
  const properties = subscribed?.properties as { readonly filter: DeployedFilter } | undefined;
  const { includedEventTypes: eventTypes = [], advancedFilters = [] } = properties?.filter ?? {};
  const values = advancedFilters.flatMap((one) => one.values);
  const functionId = "/sites/app/functions/onResourceEvent";
  const made = { ...by("StringBeginsWith", ...values), eventTypes };
  const subscription = { name: "made", state: "Succeeded", functionId, filter: made };
  const topic = { id: "t", source: "/subscriptions/s", state: "Succeeded", subscriptions: [subscription] };
  expect({ eventTypes: eventTypes.length, values: values.length }).toEqual({ eventTypes: 2, values: 8 });
  expect(
    events.judge([{ subscription: "s", facts: { topics: [topic] } }], "2026-11-23T12:00:00.000Z"),
  ).toMatchObject([{ state: "ok" }]);
});
