/** The artifact with invalid settings: it reports the problems, does not work, loses nothing, and works once they are fixed. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TableClient } from "@azure/data-tables";
import { QueueServiceClient } from "@azure/storage-queue";
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from "vitest";
import { startHostProcess, type HostProcess } from "../../dev/sandbox/start/host.ts";
import { ownAccount } from "../azurite.ts";
import { BROKEN } from "../builders/brokenSettings.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const FUNCTIONS = 17;
const POST = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };

let state: string;
let storage: string;
let host: HostProcess | undefined;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "mooring-broken-"));
  storage = await ownAccount();
});
afterEach(() => stop());
afterAll(async () => {
  await rm(state, { recursive: true, force: true });
});

async function stop(): Promise<void> {
  await host?.stop();
  host = undefined;
}

async function start(settings: Record<string, string>): Promise<HostProcess> {
  await rm(join(state, "host.log"), { force: true });
  host = await startHostProcess({
    app: inject("builtApp"),
    port: 0,
    state,
    settings: {
      AzureWebJobsStorage: storage,
      MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
      MOORING_ARM_ENDPOINT: "https://127.0.0.1:1",
      ...settings,
    },
  });
  return host;
}

const log = () => readFile(join(state, "host.log"), "utf8");
const queue = (name: string) =>
  QueueServiceClient.fromConnectionString(storage).getQueueClient(`mooring-${name}`);
/** Including delayed messages. */
const waiting = async (name: string) =>
  (await queue(name).exists()) ? ((await queue(name).getProperties()).approximateMessagesCount ?? 0) : 0;

/** Headers as a record: other forms cannot be added to. */
type Init = Omit<RequestInit, "headers"> & { headers?: Record<string, string> };

async function ask({ url, keys }: HostProcess, path: string, init: Init = {}) {
  const headers = { "x-functions-key": keys.master, ...init.headers };
  const response = await fetch(`${url}${path}`, { ...init, headers, redirect: "manual" });
  return { status: response.status, text: await response.text() };
}

const fire = (app: HostProcess, name: string) =>
  ask(app, `/admin/functions/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ input: "" }),
  });

/** The response to every caller. */
async function refusals(app: HostProcess): Promise<number[]> {
  const asked = [
    ask(app, "/api/admit/one/token", POST),
    ask(app, "/api/mutate/one/token", POST),
    ask(app, "/api/clusters/one/declarations/token", POST),
    ask(app, "/api/v1/me"),
    ask(app, "/api/dashboard/"),
  ];
  return (await Promise.all(asked)).map(({ status }) => status);
}

const event = {
  id: "1",
  eventType: "Microsoft.Resources.ResourceWriteSuccess",
  eventTime: "2026-11-23T12:00:00Z",
  subject: "/x",
  data: {},
  dataVersion: "2",
  topic: "/subscriptions/x",
};
const deliver = (app: HostProcess) =>
  ask(app, `/runtime/webhooks/EventGrid?functionName=onResourceEvent&code=${app.keys.eventGrid}`, {
    method: "POST",
    headers: { "aeg-event-type": "Notification", "content-type": "application/json" },
    body: JSON.stringify([event]),
  });

test.each([
  ...Object.entries(BROKEN).map(([name, value]) => [name, { [name]: value }] as const),
  ["everything", BROKEN] as const,
  ["nothing at all is set", { MOORING_SUBSCRIPTIONS: "", AzureWebJobsStorage: "" }] as const,
])(
  "%s invalid: every function is registered, health reports the problem, callers are refused",
  async (name, settings) => {
    const app = await start(settings);
    expect(JSON.parse((await ask(app, "/admin/functions")).text)).toHaveLength(FUNCTIONS);
    const health = await ask(app, "/api/health");
    expect(health.status).toBe(503);
    const { problems } = JSON.parse(health.text) as { problems: string[] };
    for (const setting of Object.keys(settings))
      expect(
        problems.filter((problem) => problem.startsWith(setting)).length,
        `${name}: ${problems.join()}`,
      ).toBeGreaterThan(0);
    expect(health.text).not.toContain(storage);
    expect(await refusals(app)).toEqual([503, 503, 503, 503, 503]);
    // Event Grid keeps what is not taken.
    expect((await deliver(app)).status).toBe(500);
  },
);

test("work stays queued with all its deliveries, timers enqueue none, and both continue once the settings are fixed", async () => {
  const item = {
    what: "webhook",
    id: "20261123-120000000-abcdef",
    why: "audit ended",
    seenAtUtc: "2026-11-23T12:00:00.000Z",
    correlationId: "c",
    attempt: 3,
  };
  await queue("notices").createIfNotExists();
  await queue("notices").sendMessage(Buffer.from(JSON.stringify(item)).toString("base64"));
  const broken = await start({ MOORING_NAME: "no name", MOORING_TABEL_PREFIX: "x" });
  await vi.waitFor(async () => expect(await log()).toContain("work postponed"), { timeout: 20_000 });
  for (const timer of [
    "auditDrift",
    "scanInventory",
    "sweepOrphans",
    "pollPrivateLinkServices",
    "watchQueues",
  ])
    expect((await fire(broken, timer)).status).toBe(202);
  await vi.waitFor(
    async () => expect((await log()).split("the settings are invalid").length).toBeGreaterThan(6),
    {
      timeout: 20_000,
    },
  );
  expect(await log()).toContain("MOORING_NAME: must be 1 to 63 letters");
  await stop();
  for (const name of ["pls", "inventory", "orphans", "drift", "notices"])
    expect([await waiting(name), await waiting(`${name}-poison`)], name).toEqual([
      name === "notices" ? 1 : 0,
      0,
    ]);

  const mended = await start({ MOORING_NAME: "name", MOORING_TABEL_PREFIX: "x" });
  const health = JSON.parse((await ask(mended, "/api/health")).text);
  expect(health).toMatchObject({
    status: "ok",
    problems: [],
    warnings: ["MOORING_TABEL_PREFIX: unknown setting, ignored; did you mean MOORING_TABLE_PREFIX?"],
  });
  expect((await ask(mended, "/api/v1/me")).status).toBe(401);
  await vi.waitFor(
    async () => expect(await log()).toContain("notice destination webhook does not exist any more"),
    {
      timeout: 50_000,
      interval: 500,
    },
  );
  await vi.waitFor(async () => expect(await waiting("notices")).toBe(0), { timeout: 10_000 });
}, 120_000);

test("data of a newer version: nothing is written, nothing is lost, and health reports what to do", async () => {
  const table = (noun: string) =>
    TableClient.fromConnectionString(storage, `newer${noun}`, {
      allowInsecureConnection: true,
    });
  await table("schema").createTable();
  const row = JSON.stringify({ version: 99, changedAtUtc: "2026-11-23T12:00:00.000Z" });
  await table("schema").createEntity({ partitionKey: "schema", rowKey: "stored", json0: row });
  const app = await start({ MOORING_TABLE_PREFIX: "newer" });
  const health = await ask(app, "/api/health");
  expect([health.status, JSON.parse(health.text).problems]).toEqual([
    503,
    [
      "the stored data have schema version 99, but this version of Mooring supports only 3: deploy the newer version again",
    ],
  ]);
  expect((await ask(app, "/api/clusters/one/declarations/token", POST)).status).toBe(503);
  expect((await deliver(app)).status).toBe(500);
  await queue("drift").createIfNotExists();
  await fire(app, "auditDrift");
  const item = {
    what: "drift",
    id: "all",
    why: "test",
    seenAtUtc: "2026-11-23T12:00:00.000Z",
    correlationId: "c",
  };
  await queue("drift").sendMessage(Buffer.from(JSON.stringify(item)).toString("base64"));
  await vi.waitFor(async () => expect(await log()).toContain("work postponed"), { timeout: 20_000 });
  await stop();
  expect([await waiting("drift"), await waiting("drift-poison")]).toEqual([1, 0]);
  const tables = ["runs", "waiting", "clusters", "journal"];
  for (const noun of tables)
    await expect(table(noun).getEntity("x", "x"), noun).rejects.toThrow("TableNotFound");
  await queue("drift").clearMessages();
});
