/** What is deployed is what the app reads, listens to and works on. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toWork } from "../../shared/events/toWork.ts";
import { parseSettings, Settings } from "../../shared/core/settings.ts";
import { QUEUES } from "../../shared/ports/queue.ts";
import { calls, INFRA, readSnapshot, type Resource } from "./compiled.ts";

const { predictedResources } = await readSnapshot("default");
const events = await readSnapshot("events");
const settings = predictedResources.find(({ name }) => name?.endsWith("/appsettings"));
/** Names in the objects that the settings are a union of; `main.bicep` adds its own to those it is given. */
const names = [
  ...calls(JSON.stringify(settings?.properties)).flatMap(({ name, args }) =>
    name === "createObject" ? args.filter((_, index) => index % 2 === 0).map(unquoted) : [],
  ),
  "MOORING_SUBSCRIPTIONS",
  "MOORING_NAME",
];

// https://learn.microsoft.com/azure/azure-functions/functions-app-settings
const PLATFORM = [
  "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
  "AzureWebJobsStorage__credential",
  "AzureWebJobsStorage__clientId",
  "AZURE_CLIENT_ID",
  "APPLICATIONINSIGHTS_CONNECTION_STRING",
  "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
  "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
];

function unquoted(text: string): string {
  return text.replaceAll(/^'|'$/g, "");
}

test("each setting is one of Mooring's or of the platform's", () => {
  expect(names.length).toBeGreaterThan(8);
  const known = [...Object.keys(Settings.shape), ...PLATFORM];
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
});

test("the app starts with these settings", () => {
  const values: Record<string, string> = {
    MOORING_SUBSCRIPTIONS: "00000000-0000-4000-8000-000000000001,00000000-0000-4000-8000-000000000002",
    MOORING_APP_URL: "https://mooring.azurewebsites.net",
    MOORING_APP_ID: "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/mooring",
    MOORING_ENTRA_AUTHORITY: "https://login.microsoftonline.com/00000000-0000-4000-8000-000000000003/v2.0",
    MOORING_ENTRA_CLIENT_ID: "00000000-0000-4000-8000-000000000004",
  };
  const env = Object.fromEntries(names.map((name) => [name, values[name] ?? "mooring"]));
  expect(parseSettings(env)).toMatchObject({ AzureWebJobsStorage__accountName: "mooring" });
});

test("the doctor in the app gets the app's address and id", () => {
  expect(names).toEqual(expect.arrayContaining(["MOORING_APP_URL", "MOORING_APP_ID"]));
});

test("no setting is one that Flex Consumption takes from functionAppConfig", () => {
  const REFUSED =
    /^(FUNCTIONS_(EXTENSION_VERSION|WORKER_RUNTIME|WORKER_PROCESS_COUNT)|WEBSITE_(RUN_FROM_PACKAGE|NODE_DEFAULT_VERSION|CONTENT.*|MAX_DYNAMIC_.*)|AzureWebJobsStorage)$/;
  expect(names.filter((name) => REFUSED.test(name))).toEqual([]);
});

test("the queues are those of the app, each with its poison queue", () => {
  const queues = predictedResources
    .filter(({ type }) => type.endsWith("/queueServices/queues"))
    .map(({ name }) => name?.split("/").pop());
  const expected = QUEUES.flatMap((name) => [`mooring-${name}`, `mooring-${name}-poison`]);
  expect(new Set(queues)).toEqual(new Set(expected));
  expect(queues.length).toBe(expected.length);
});

interface Subscribed {
  readonly destination: { readonly properties: { readonly resourceId: string } };
  readonly filter: { readonly advancedFilters: readonly { readonly values: readonly string[] }[] };
}

const [subscribed] = events.predictedResources
  .filter(({ type }: Resource) => type.endsWith("/eventSubscriptions"))
  .map(({ properties }) => properties as unknown as Subscribed);

test("the events are those that cause work", () => {
  const prefixes = subscribed?.filter.advancedFilters.flatMap(({ values }) => values) ?? [];
  for (const prefix of prefixes) expect([prefix, workOf(prefix.slice(0, -1))]).not.toEqual([prefix, []]);
  for (const type of [
    "Microsoft.Network/virtualNetworks/subnets",
    "Microsoft.Network/privateLinkServices/privateEndpointConnections",
  ]) {
    expect(workOf(type)).not.toEqual([]);
    expect(prefixes.some((prefix) => `${type}/write`.startsWith(prefix))).toBe(true);
  }
  expect(workOf("Microsoft.Compute/virtualMachines")).toEqual([]);
});

function workOf(type: string) {
  const [provider = "", ...types] = type.split("/");
  const id = `/subscriptions/s/resourceGroups/g/providers/${provider}/${types.map((one) => `${one}/x`).join("/")}`;
  const event = { id: "e", type: "Microsoft.Resources.ResourceWriteSuccess", resourceId: id };
  return toWork({ ...event, operationName: "", correlationId: "", atUtc: "", caller: "" });
}

test("events go to a function that exists", () => {
  const name = subscribed?.destination.properties.resourceId.split("/").pop() ?? "";
  expect(existsSync(join(INFRA, `../functions/${name}.ts`))).toBe(true);
});
