/** System topics and event subscriptions in ARM, and which events they let through. */
import { describe, expect, test } from "vitest";
import { subscribed } from "../../dev/sandbox/events/subscribed.ts";
import type { GridEvent } from "../../dev/sandbox/events/toEvent.ts";
import { GROUP, testArm, type TestArm } from "../builders/arm.ts";
import { PARTNER } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const TOPIC = `${GROUP}/providers/Microsoft.EventGrid/systemTopics/t`;
const ONE = `${TOPIC}/eventSubscriptions/one`;
const SITE = `${GROUP}/providers/Microsoft.Web/sites/app`;

const topicBody = (source = `/subscriptions/${SUBSCRIPTION}`, location = "global") => ({
  location,
  properties: { source, topicType: "Microsoft.Resources.Subscriptions" },
});
const to = (name: string) => ({
  endpointType: "AzureFunction",
  properties: { resourceId: `${SITE}/functions/${name}` },
});
const wanting = (filter: object = {}, more: object = {}) => ({
  properties: { destination: to("onEvent"), filter, ...more },
});

async function topicArm(): Promise<TestArm> {
  const arm = await testArm();
  await arm.put(GROUP, { location: "westeurope" });
  await arm.put(TOPIC, topicBody());
  return arm;
}

describe("system topics", () => {
  test("and their event subscriptions, as ARM returns them", async () => {
    const arm = await topicArm();
    await arm.put(ONE, wanting({ includedEventTypes: ["a"] }));
    expect((await arm.send("GET", TOPIC)).body).toEqual({
      id: TOPIC,
      name: "t",
      type: "Microsoft.EventGrid/systemTopics",
      location: "global",
      tags: {},
      properties: {
        provisioningState: "Succeeded",
        source: `/subscriptions/${SUBSCRIPTION}`,
        topicType: "Microsoft.Resources.Subscriptions",
        metricResourceId: expect.any(String),
      },
    });
    const { body } = await arm.send("GET", `${TOPIC}/eventSubscriptions`);
    expect(body.value).toEqual([
      {
        id: ONE,
        name: "one",
        type: "Microsoft.EventGrid/systemTopics/eventSubscriptions",
        properties: {
          topic: TOPIC,
          provisioningState: "Succeeded",
          destination: to("onEvent"),
          filter: { subjectBeginsWith: "", subjectEndsWith: "", includedEventTypes: ["a"] },
          labels: [],
          eventDeliverySchema: "EventGridSchema",
          retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
        },
      },
    ]);
    const { body: all } = await arm.send(
      "GET",
      `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.EventGrid/systemTopics`,
    );
    expect(all.value.map(({ name }: { name: string }) => name)).toEqual(["t"]);
  });

  test.each<[string, (arm: TestArm) => Promise<{ said: string }>, string]>([
    [
      "a second one of the same source",
      (arm) => arm.send("PUT", `${TOPIC}2`, topicBody()),
      "400 InvalidRequest",
    ],
    ["one that is written again", (arm) => arm.send("PUT", TOPIC, topicBody()), "200"],
    [
      "one of a subscription that is not global",
      (arm) => arm.send("PUT", `${TOPIC}2`, topicBody(`/subscriptions/${PARTNER}`, "westeurope")),
      "400 InvalidRequest",
    ],
    [
      "one without a source",
      (arm) => arm.send("PUT", `${TOPIC}2`, { location: "global", properties: {} }),
      "400 InvalidRequest",
    ],
    [
      "an event subscription without a destination",
      (arm) => arm.send("PUT", ONE, { properties: {} }),
      "400 InvalidRequest",
    ],
    [
      "an event subscription with a name too short",
      (arm) => arm.send("PUT", `${TOPIC}/eventSubscriptions/x`, wanting()),
      "400 InvalidRequest",
    ],
    ["an event subscription that is not there", (arm) => arm.send("GET", ONE), "404 NotFound"],
    ["deleting one that is not there", (arm) => arm.send("DELETE", ONE), "204"],
  ])("%s", async (_, act, said) => expect((await act(await topicArm())).said).toBe(said));
});

const written: GridEvent = {
  id: "1",
  topic: `/subscriptions/${SUBSCRIPTION}`,
  subject: `${GROUP}/providers/Microsoft.Network/loadBalancers/lb`,
  eventType: "Microsoft.Resources.ResourceWriteSuccess",
  eventTime: "2026-01-01T00:00:00Z",
  data: { operationName: "Microsoft.Network/loadBalancers/write", status: "Succeeded" },
  dataVersion: "2",
  metadataVersion: "1",
};
const operation = (operatorType: string, ...values: string[]) => ({
  advancedFilters: [{ key: "data.operationName", operatorType, values }],
});

describe("an event goes to a function", () => {
  test.each<[string, object, boolean]>([
    ["without filters", {}, true],
    ["of its type", { includedEventTypes: ["Microsoft.Resources.ResourceWriteSuccess"] }, true],
    ["of no other type", { includedEventTypes: ["Microsoft.Resources.ResourceDeleteSuccess"] }, false],
    ["by how its subject begins, in any case", { subjectBeginsWith: GROUP.toUpperCase() }, true],
    [
      "by how its subject begins, in its case",
      { subjectBeginsWith: GROUP.toUpperCase(), isSubjectCaseSensitive: true },
      false,
    ],
    ["by how its subject ends", { subjectEndsWith: "/other" }, false],
    [
      "by its operation's beginning",
      operation("StringBeginsWith", "x/", "microsoft.network/LOADbalancers/"),
      true,
    ],
    ["by its operation's end", operation("StringEndsWith", "/delete"), false],
    ["by a part of its operation", operation("StringContains", "loadBalancers"), true],
    ["by its operation", operation("StringIn", "Microsoft.Network/loadBalancers/write"), true],
    [
      "by what its operation is not",
      operation("StringNotIn", "Microsoft.Network/loadBalancers/write"),
      false,
    ],
    [
      "by what its operation does not begin with",
      operation("StringNotBeginsWith", "Microsoft.Compute/"),
      true,
    ],
    [
      "by a field that is there",
      { advancedFilters: [{ key: "data.operationName", operatorType: "IsNotNull" }] },
      true,
    ],
    [
      "by a field that is not there",
      { advancedFilters: [{ key: "data.none", operatorType: "IsNullOrUndefined" }] },
      true,
    ],
    [
      "if all of several filters fit",
      { ...operation("StringContains", "load"), subjectEndsWith: "/other" },
      false,
    ],
    ["not by a filter that the sandbox does not support", operation("NumberIn", "1"), false],
  ])("%s", async (_, filter, goes) => {
    const arm = await topicArm();
    await arm.put(ONE, wanting(filter));
    expect(subscribed(arm.world, written)).toEqual(goes ? ["onEvent"] : []);
  });

  test("once for each event subscription, and of that subscription only", async () => {
    const arm = await topicArm();
    await arm.put(ONE, wanting());
    await arm.put(`${TOPIC}/eventSubscriptions/two`, { properties: { destination: to("other") } });
    expect(subscribed(arm.world, written).toSorted()).toEqual(["onEvent", "other"]);
    expect(subscribed(arm.world, { ...written, topic: `/subscriptions/${PARTNER}` })).toEqual([]);
  });

  test.each<[string, object]>([
    ["has ended", wanting({}, { expirationTimeUtc: "2020-01-01T00:00:00Z" })],
    ["leads elsewhere", { properties: { destination: { endpointType: "WebHook", properties: {} } } }],
  ])("not when the event subscription %s", async (_, body) => {
    const arm = await topicArm();
    await arm.put(ONE, body);
    expect(subscribed(arm.world, written)).toEqual([]);
  });

  test("not any more when it is deleted", async () => {
    const arm = await topicArm();
    await arm.put(ONE, wanting());
    await arm.send("DELETE", ONE);
    await arm.idle();
    expect(subscribed(arm.world, written)).toEqual([]);
  });
});
