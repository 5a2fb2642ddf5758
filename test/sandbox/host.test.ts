/** The Functions host with a small separate app: behaviour that is independent of Mooring. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QueueServiceClient } from "@azure/storage-queue";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHostProcess, type HostProcess } from "../../dev/sandbox/start/host.ts";
import { ownAccount } from "../azurite.ts";

const APP = `
  import { app } from "@azure/functions";
  const ran = { timer: [], queue: 0 };
  const http = (name, authLevel, handler) => app.http(name, { authLevel, handler });
  http("open", "anonymous", async () => ({ jsonBody: ran }));
  http("keyed", "function", async () => ({ body: "in" }));
  http("masters", "admin", async () => ({ body: "in" }));
  http("throws", "anonymous", async () => { throw new Error("secret"); });
  app.http("echo", { route: "echo/{name}/{*rest}", authLevel: "anonymous", methods: ["POST"], handler: async (request) =>
    ({ status: 201, headers: { "x-a": "b" }, jsonBody: { params: request.params, q: request.query.get("q"), body: await request.text() } }) });
  app.timer("missed", { schedule: "0 0 0 1 1 *", handler: async (timer) => void ran.timer.push(timer.isPastDue) });
  app.timer("switchedOff", { schedule: "0 0 0 1 1 *", handler: async () => void ran.timer.push("switched off") });
  app.storageQueue("fails", { queueName: "fails", connection: "AzureWebJobsStorage", handler: async () => { ran.queue += 1; throw new Error("no"); } });
  app.eventGrid("events", { handler: async ({ subject }) => { if (subject === "bad") throw new Error("no"); } });
`;

let directory: string;
let storage: string;
let host: HostProcess;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-host-"));
  await build({
    stdin: { contents: APP, resolveDir: import.meta.dirname },
    outfile: join(directory, "main.mjs"),
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["@azure/functions-core"],
    banner: { js: 'import { createRequire as r } from "node:module"; const require = r(import.meta.url);' },
  });
  const files = {
    "package.json": { type: "module", main: "main.mjs" },
    "host.json": { version: "2.0", extensions: { queues: { maxDequeueCount: 3 } } },
    "timers.json": { missed: "2020-06-01T00:00:00Z", switchedOff: "2020-06-01T00:00:00Z" },
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(directory, name), JSON.stringify(content));
  storage = await ownAccount();
  const settings = {
    AzureWebJobsStorage: storage,
    "AzureWebJobs.switchedOff.Disabled": "true",
  };
  host = await startHostProcess({ app: directory, port: 0, state: directory, settings });
});
afterAll(async () => {
  await host.stop();
  await rm(directory, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${host.url}${path}`, { headers });
const ran = async () => (await get("/api/open")).json() as Promise<{ timer: unknown[]; queue: number }>;

describe("auth levels", () => {
  test.each<[string, string, (keys: HostProcess["keys"]) => string, number]>([
    ["anonymous needs no key", "open", () => "", 200],
    ["function without a key", "keyed", () => "", 401],
    ["function with a wrong key", "keyed", () => "wrong", 401],
    ["function with its key", "keyed", (keys) => keys.function, 200],
    ["function with the master key", "keyed", (keys) => keys.master, 200],
    ["function with the key of Event Grid", "keyed", (keys) => keys.eventGrid, 401],
    ["admin with a function key", "masters", (keys) => keys.function, 401],
    ["admin with the master key", "masters", (keys) => keys.master, 200],
  ])("%s", async (_, name, key, status) => {
    const given = key(host.keys);
    expect((await get(`/api/${name}`, given ? { "x-functions-key": given } : {})).status).toBe(status);
    expect((await get(`/api/${name}?code=${given}`)).status).toBe(status);
  });
});

describe("http", () => {
  test("parameters, query, body, status and headers pass through", async () => {
    const answer = await fetch(`${host.url}/api/ECHO/a%2Fb/c/d?q=1`, { method: "POST", body: "hello" });
    expect([answer.status, answer.headers.get("x-a"), await answer.json()]).toEqual([
      201,
      "b",
      { params: { name: "a/b", rest: "c/d" }, q: "1", body: "hello" },
    ]);
  });

  test.each([
    ["/api/nothing", 404],
    ["/api/echo/a/b", 405],
  ])("GET %s, which is not there or not with this method, is %i", async (path, status) =>
    expect((await get(path)).status).toBe(status),
  );

  test("an exception is 500 without a word of it", async () => {
    const answer = await get("/api/throws");
    expect([answer.status, await answer.text()]).toEqual([500, ""]);
  });
});

test("a timer run that was missed is made up for at the start, once; a timer that is switched off has none", async () => {
  expect((await ran()).timer).toEqual([true]);
  await fetch(`${host.url}/admin/functions/missed`, {
    method: "POST",
    headers: { "x-functions-key": host.keys.master },
  });
  while ((await ran()).timer.length < 2);
  expect((await ran()).timer).toEqual([true, false]);
});

test("a message whose function fails comes again until maxDequeueCount, then goes to the poison queue", async () => {
  const queues = QueueServiceClient.fromConnectionString(storage);
  await queues.getQueueClient("fails").createIfNotExists();
  await queues.getQueueClient("fails").sendMessage(Buffer.from("work").toString("base64"));
  const poison = queues.getQueueClient("fails-poison");
  await poison.createIfNotExists();
  while ((await poison.getProperties()).approximateMessagesCount === 0);
  expect((await ran()).queue).toBe(3);
});

describe("the Event Grid webhook", () => {
  const deliver = (events: object[], headers = {}) =>
    fetch(`${host.url}/runtime/webhooks/EventGrid?functionName=events&code=${host.keys.eventGrid}`, {
      method: "POST",
      headers,
      body: JSON.stringify(events),
    });

  test("answers the handshake", async () => {
    const answer = await deliver([{ data: { validationCode: "v" } }], {
      "aeg-event-type": "SubscriptionValidation",
    });
    expect(await answer.json()).toEqual({ validationResponse: "v" });
  });

  test("takes events, and refuses the batch if one fails", async () => {
    expect((await deliver([{ subject: "good" }])).status).toBe(202);
    expect((await deliver([{ subject: "good" }, { subject: "bad" }])).status).toBe(500);
  });

  test("returns 404 for functions that do not exist", async () => {
    const answer = await fetch(
      `${host.url}/runtime/webhooks/EventGrid?functionName=none&code=${host.keys.eventGrid}`,
      { method: "POST", body: "[]" },
    );
    expect(answer.status).toBe(404);
  });
});
