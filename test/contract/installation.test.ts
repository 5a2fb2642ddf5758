import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QueueClient } from "@azure/storage-queue";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownAccount } from "../azurite.ts";
import { MOORING } from "../../dev/sandbox/world/installation.ts";
import { azureInstallation } from "../../shared/adapters/installation.ts";
import { readIdentity } from "../../shared/adapters/identity.ts";
import { createPorts } from "../../shared/adapters/ports.ts";
import { readQueues } from "../../shared/doctor/checks/storage.ts";
import { Refused } from "../../shared/core/errors.ts";
import type { Installation } from "../../shared/ports/installation.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { GROUP, armWithPls, type TestArm } from "../builders/arm.ts";
import { serveArm } from "../builders/servedArm.ts";
import { cluster } from "../builders/world.ts";
import { MemoryInstallation } from "../memory/installation.ts";
import { memoryRun, SUBSCRIPTION } from "../memory/run.ts";

const WIDE = `/subscriptions/${SUBSCRIPTION}`;
const AUTHORIZATION = "providers/Microsoft.Authorization";
const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const EVENT_GRID = `${GROUP}/providers/Microsoft.EventGrid/systemTopics`;
const SITE = `${GROUP}/providers/Microsoft.Web/sites/app`;

interface World {
  installation: Installation;
  arm: TestArm;
}

let directory: string;
/** Separate storage, because all apps use the same queue names. */
let storage: string;
const closing: (() => Promise<unknown>)[] = [];

/** An ARM with pages of one, where the app may read, and a storage in which one table and one queue are there. */
async function real(): Promise<World> {
  const arm = await armWithPls({ pageSize: 1 });
  const roleDefinitionId = `/${AUTHORIZATION}/roleDefinitions/${READER}`;
  for (const name of ["a1", "a2"])
    await arm.put(`${name === "a1" ? WIDE : GROUP}/${AUTHORIZATION}/roleAssignments/${name}`, {
      properties: { roleDefinitionId, principalId: MOORING.objectId },
    });
  const topic = (name: string, source: string, topicType: string) =>
    arm.put(`${EVENT_GRID}/${name}`, { location: "global", properties: { source, topicType } });
  await topic(
    "other",
    `${GROUP}/providers/Microsoft.Storage/storageAccounts/s`,
    "Microsoft.Storage.StorageAccounts",
  );
  await topic("own", WIDE, "Microsoft.Resources.Subscriptions");
  const to = {
    endpointType: "AzureFunction",
    properties: { resourceId: `${SITE}/functions/onResourceEvent` },
  };
  const filter = {
    includedEventTypes: ["Microsoft.Resources.ResourceWriteSuccess"],
    advancedFilters: [
      { key: "data.operationName", operatorType: "StringBeginsWith", values: ["Microsoft.Network/"] },
    ],
  };
  await arm.put(`${EVENT_GRID}/own/eventSubscriptions/one`, {
    properties: { destination: to, filter, expirationTimeUtc: "2030-01-01T00:00:00Z" },
  });
  await arm.put(`${EVENT_GRID}/own/eventSubscriptions/two`, {
    properties: { destination: { endpointType: "WebHook", properties: {} } },
  });
  const served = await serveArm(arm, directory);
  closing.push(() => served.close());
  const settings = parseSettings({
    ...served.env,
    AzureWebJobsStorage: storage,
    MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
    MOORING_TABLE_PREFIX: `i${randomBytes(6).toString("hex")}`,
  });
  const { ports } = createPorts(settings);
  await ports.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  return { arm, installation: azureInstallation(settings, ["clusters", "usage"], async () => served.access) };
}

/** Memory, filled with what the real one reads. */
async function memory(): Promise<World> {
  const { arm, installation } = await real();
  const copy = new MemoryInstallation();
  copy.who = await installation.identity();
  copy.parts = await installation.storage();
  copy.clock = await installation.clocks();
  for (const scope of [WIDE, GROUP]) copy.grants.set(scope, await installation.grantsAt(scope));
  copy.topics.set(SUBSCRIPTION, await installation.eventTopics(SUBSCRIPTION));
  return { arm, installation: copy };
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-installation-"));
  storage = await ownAccount();
  await new QueueClient(storage, "mooring-pls").create();
  await new QueueClient(storage, "mooring-pls").sendMessage("e30=");
  await new QueueClient(storage, "mooring-drift").create();
  await new QueueClient(storage, "mooring-drift").sendMessage("e30=", {
    visibilityTimeout: 60,
  });
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await rm(directory, { recursive: true, force: true });
});

describe.each([
  ["memory", memory],
  ["Azure", real],
])("an installation on %s", (_, open) => {
  test("the identity of the credential", async () => {
    const { installation } = await open();
    expect(await installation.identity()).toEqual({
      objectId: MOORING.objectId,
      name: `application ${MOORING.applicationId}`,
      isUser: false,
    });
  });

  test("what may be done at a scope, of every role there and above, page by page", async () => {
    const { installation } = await open();
    const reader = { actions: ["*/read"], notActions: [] };
    expect(await installation.grantsAt(GROUP)).toEqual([reader, reader]);
    expect(await installation.grantsAt(WIDE)).toEqual([reader]);
  });

  test("system topics of the subscription, with who gets what of them", async () => {
    const { installation } = await open();
    const nothing = { subjectBeginsWith: "", subjectEndsWith: "", advanced: [] };
    expect(await installation.eventTopics(SUBSCRIPTION)).toEqual([
      {
        id: `${EVENT_GRID}/own`,
        source: WIDE,
        state: "Succeeded",
        subscriptions: [
          {
            name: "one",
            state: "Succeeded",
            endsAtUtc: "2030-01-01T00:00:00.000Z",
            functionId: `${SITE}/functions/onResourceEvent`,
            filter: {
              ...nothing,
              eventTypes: ["Microsoft.Resources.ResourceWriteSuccess"],
              advanced: [
                { key: "data.operationName", operator: "StringBeginsWith", values: ["Microsoft.Network/"] },
              ],
            },
          },
          { name: "two", state: "Succeeded", filter: nothing },
        ],
      },
    ]);
  });

  test("which tables are there and may be written", async () => {
    const { installation } = await open();
    const tables = (await installation.storage()).filter(({ kind }) => kind === "table");
    expect(tables.map(({ is }) => is)).toEqual(["there", "absent"]);
  });

  test("the sources of time", async () => {
    const { installation } = await open();
    expect((await installation.clocks()).map(({ name }) => name)).toEqual([
      "Azure Resource Manager",
      "Azure Storage",
    ]);
  });
});

test("checking whether storage is writable changes nothing", async () => {
  const { installation } = await real();
  const before = await installation.storage();
  expect(await installation.storage()).toEqual(before);
});

test.each(["permissions", "systemTopics"])("a refusal of %s is one", async (path) => {
  const { installation, arm } = await real();
  arm.faults.add({ path, action: { kind: "error", status: 403, code: "AuthorizationFailed" } });
  const asked = path === "permissions" ? installation.grantsAt(WIDE) : installation.eventTopics(SUBSCRIPTION);
  await expect(asked).rejects.toThrow(Refused);
});

describe("whose token it is", () => {
  const token = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
  const read = (text: string) =>
    readIdentity({ getToken: async () => ({ token: text, expiresOnTimestamp: 0 }) });

  test.each<[string, object, object]>([
    [
      "a person's",
      { oid: "o", upn: "ada@example.com" },
      { objectId: "o", name: "ada@example.com", isUser: true },
    ],
    [
      "a guest's",
      { oid: "o", unique_name: "live.com#ada" },
      { objectId: "o", name: "live.com#ada", isUser: true },
    ],
    [
      "an application's",
      { oid: "o", appid: "a", idtyp: "app" },
      { objectId: "o", name: "application a", isUser: false },
    ],
  ])("%s", async (_, claims, expected) => expect(await read(token(claims))).toEqual(expected));

  test.each([
    ["none", ""],
    ["no token", "a.b.c"],
    ["without an object id", token({ appid: "a" })],
  ])("%s is refused", async (_, text) => {
    await expect(read(text)).rejects.toThrow(Refused);
  });

  test("a sign-in that fails is refused, in one line", async () => {
    const failing = { getToken: () => Promise.reject(new Error("no credential\nand a long story")) };
    await expect(readIdentity(failing)).rejects.toThrow(
      /^not signed in to Azure; run `az login`: no credential$/,
    );
  });
});

test("queues and poison queues; a delayed message is not the oldest", async () => {
  const { ports } = createPorts(
    parseSettings({ MOORING_SUBSCRIPTIONS: SUBSCRIPTION, AzureWebJobsStorage: storage }),
  );
  const all = await readQueues({ ...memoryRun(), ports });
  expect(all).toHaveLength(10);
  expect(all).toContainEqual({
    name: "mooring-pls",
    messages: 1,
    oldestSentAtUtc: expect.stringMatching(/^20.*Z$/),
  });
  expect(all).toContainEqual({ name: "mooring-drift", messages: 1 });
  expect(all).toContainEqual({ name: "mooring-pls-poison", messages: 0 });
});
