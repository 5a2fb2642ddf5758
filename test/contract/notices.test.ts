import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { AzureKeyCredential, EventGridPublisherClient } from "@azure/eventgrid";
import { ManagedIdentityCredential } from "@azure/identity";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createControl, listenControl } from "../../dev/sandbox/control.ts";
import { createTopics, listenTopics, type Topics } from "../../dev/sandbox/events/topic.ts";
import { certificates } from "../../dev/sandbox/identity/certificate.ts";
import { eventTopic } from "../../shared/adapters/topic.ts";
import { Notice } from "../../shared/audit/notice.ts";
import type { Notices } from "../../shared/audit/notices.ts";
import { InvalidInput, NotYet, Refused } from "../../shared/core/errors.ts";
import { webhook } from "../../shared/audit/webhook.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import { findingNotice } from "../builders/notice.ts";
import { startReceiver, type Receiver } from "../builders/receiver.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { MemoryNotices } from "../memory/notices.ts";
import { createArm } from "../../dev/sandbox/arm/server.ts";

const SECRET = `whsec_${Buffer.from("a secret of thirty-two bytes, ok").toString("base64")}`;
const KEY = "the-topic's-key";
const NOW = new Date("2026-11-23T12:00:00.000Z");

let directory: string;
let served: { url: string; close(): Promise<void> };
let control: { url: string; close(): Promise<void> };
let topics: Topics;
let receiver: Receiver;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-topic-"));
  const { ca, cert, key } = await certificates(directory);
  tls.setDefaultCACertificates([...tls.getCACertificates(), ca]);
  topics = createTopics({ key: KEY });
  served = await listenTopics({ ...topics, fetch: (request) => topics.fetch(request) }, { cert, key });
  const parts = { arm: await createArm(), identityHeader: "secret", about: () => ({}) };
  control = await listenControl(
    createControl({ ...parts, events: () => undefined, fleet: () => undefined }),
    0,
  );
  Object.assign(process.env, {
    IDENTITY_ENDPOINT: `${control.url}/msi/token`,
    IDENTITY_HEADER: "secret",
  });
});
afterAll(async () => {
  await Promise.all([served.close(), control.close()]);
  await rm(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  topics = createTopics({ key: KEY });
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

interface Implementation {
  notices: Notices;
  /** What the other side has, in order. */
  received: () => unknown[];
  failNext: (status: number) => void;
}

const topicUrl = () => `${served.url}/topics/mooring/api/events`;
// The SDK would retry with pauses; only the handling of the last response is tested.
const once = { retryOptions: { maxRetries: 0 } };

function onTopic(credential: AzureKeyCredential | ManagedIdentityCredential): Implementation {
  const client = new EventGridPublisherClient(topicUrl(), "CloudEvent", credential, once);
  return {
    notices: eventTopic(async () => client, "urn:mooring:test"),
    received: () => [...(topics.events()["mooring"] ?? [])],
    failNext: (status) => topics.failNext(status),
  };
}

function onWebhook(): Implementation {
  return {
    notices: webhook({ url: receiver.url, secret: SECRET, source: "urn:mooring:test", now: () => NOW }),
    received: () => receiver.received.flatMap(({ body }) => JSON.parse(body)),
    failNext: (status) => void receiver.answers.push({ status }),
  };
}

function inMemory(): Implementation {
  const notices = new MemoryNotices("webhook");
  const failures = new Map<number, Error>([
    [400, new Refused("400")],
    [401, new Refused("401")],
    [429, new NotYet("429", 60)],
    [503, new NotYet("503", 60)],
    [500, new Error("500")],
  ]);
  return {
    notices,
    received: () => notices.told,
    failNext: (status) => notices.calls.failNext(failures.get(status) ?? new Error(String(status))),
  };
}

describe.each<[string, () => Implementation]>([
  ["memory", inMemory],
  ["a webhook", onWebhook],
  ["an Event Grid topic, by key", () => onTopic(new AzureKeyCredential(KEY))],
  ["an Event Grid topic, by identity", () => onTopic(new ManagedIdentityCredential())],
])("Notices to %s", (_, create) => {
  test("notifications arrive complete and in order, as CloudEvents of the documented schema", async () => {
    const { notices, received } = create();
    const told = [findingNotice("aaaaaaaaaaaa"), findingNotice("bbbbbbbbbbbb")];
    await notices.send(told);
    expect(received()).toEqual(told);
    expect(received().map((one) => Notice.safeParse(one).success)).toEqual([true, true]);
  });

  test("250 notices arrive, each once", async () => {
    const { notices, received } = create();
    await notices.send(Array.from({ length: 250 }, (_, n) => findingNotice(String(n).padStart(12, "0"))));
    expect(new Set(received().map((one) => (one as Notice).id)).size).toBe(250);
    expect(received()).toHaveLength(250);
  });

  test("repeated notifications have the same ids", async () => {
    const { notices, received } = create();
    await notices.send([findingNotice()]);
    await notices.send([findingNotice()]);
    const [first, second] = received() as Notice[];
    expect(second?.id).toBe(first?.id);
  });

  test.each<[number, new (...args: any[]) => Error]>([
    [400, Refused],
    [401, Refused],
    [429, NotYet],
    [503, NotYet],
  ])("an answer of %i", async (status, failure) => {
    const { notices, received, failNext } = create();
    failNext(status);
    await expect(notices.send([findingNotice()])).rejects.toThrow(failure);
    await notices.send([findingNotice()]);
    expect(received().length).toBeGreaterThan(0);
  });

  test("an answer of 500 is a failure for the queue to try again", async () => {
    const { notices, failNext } = create();
    failNext(500);
    const failure: unknown = await notices.send([findingNotice()]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure instanceof Refused || failure instanceof NotYet).toBe(false);
  });
});

describe("a webhook", () => {
  test.each([
    ["a whsec_ secret", SECRET, SECRET],
    [
      "any other text",
      "some long text that is a secret",
      Buffer.from("some long text that is a secret").toString("base64"),
    ],
  ])("is signed with %s, as a Standard Webhooks library checks it", async (_, secret, base64) => {
    const now = new Date();
    const notices = webhook({ url: receiver.url, secret, source: "s", now: () => now });
    await notices.send([findingNotice()]);
    const [{ headers, body } = { headers: {}, body: "" }] = receiver.received;
    expect(new Webhook(base64).verify(body, headers)).toEqual([findingNotice()]);
    expect(headers["webhook-id"]).toBe(findingNotice().id);
    expect(() => new Webhook(base64).verify(body.replace("pls", "lynx"), headers)).toThrow("signature");
    expect(() => new Webhook(Buffer.from("another").toString("base64")).verify(body, headers)).toThrow();
  });

  test("returns how long to wait, in seconds or as a date, at most an hour", async () => {
    const { notices } = onWebhook();
    const waits = ["7", new Date(NOW.getTime() + 90_000).toUTCString(), "999999", "soon"];
    receiver.answers.push(...waits.map((wait) => ({ status: 429, headers: { "retry-after": wait } })));
    const seconds: unknown[] = [];
    for (const _ of waits)
      seconds.push(await notices.send([findingNotice()]).catch(({ retryAfterSeconds }) => retryAfterSeconds));
    expect(seconds).toEqual([7, 90, 3600, 60]);
  });

  test("that sends elsewhere is not followed", async () => {
    const { notices } = onWebhook();
    const elsewhere = await startReceiver();
    receiver.answers.push({ status: 307, headers: { location: elsewhere.url } });
    await expect(notices.send([findingNotice()])).rejects.toThrow(Refused);
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });

  test("without a response fails, and the error contains neither its URL nor its secret", async () => {
    const url = `${receiver.url}?token=hidden`;
    const options = { url, secret: SECRET, source: "s", now: () => NOW, timeoutMilliseconds: 20 };
    receiver.answers.push({ status: 200, silent: true });
    await expect(webhook(options).send([findingNotice()])).rejects.toThrow(
      /^the webhook is unreachable: timeout$/,
    );
    await receiver.close();
    await expect(webhook(options).send([findingNotice()])).rejects.toThrow(
      /^the webhook is unreachable: ECONN(REFUSED|RESET)$/,
    );
  });
});

describe("the sandbox's topic is closed", () => {
  const post = (headers: Record<string, string>, body = "[]", query = "?api-version=2018-01-01") =>
    topics.fetch(
      new Request(`https://x/topics/mooring/api/events${query}`, { method: "POST", headers, body }),
    );
  const type = { "content-type": "application/cloudevents-batch+json" };

  test.each<[string, Record<string, string>, string | undefined, string | undefined, number]>([
    ["without a recipient", type, undefined, undefined, 401],
    ["to a wrong key", { ...type, "aeg-sas-key": "wrong" }, undefined, undefined, 401],
    ["to a token for ARM", { ...type, authorization: "Bearer e30.e30.x" }, undefined, undefined, 401],
    ["to another version", { ...type, "aeg-sas-key": KEY }, "[]", "", 400],
    ["to what is no CloudEvent", { ...type, "aeg-sas-key": KEY }, '[{"id":"x"}]', undefined, 400],
    ["to another schema", { "content-type": "application/json", "aeg-sas-key": KEY }, "[]", undefined, 400],
    ["to more than 1 MiB", { ...type, "aeg-sas-key": KEY }, `["${"x".repeat(1_048_576)}"]`, undefined, 413],
  ])("%s", async (_, headers, body, query, status) => {
    expect((await post(headers, body, query)).status).toBe(status);
    expect(topics.events()).toEqual({});
  });
});

describe("settings", () => {
  const parse = (some: Record<string, string>) =>
    parseSettings({
      MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
      AzureWebJobsStorage: "UseDevelopmentStorage=true",
      ...some,
    });

  test.each<[string, Record<string, string>, string]>([
    [
      "http to elsewhere",
      { MOORING_WEBHOOK_URL: "http://example.com/x", MOORING_WEBHOOK_SECRET: SECRET },
      "https",
    ],
    ["no URL", { MOORING_WEBHOOK_URL: "nonsense", MOORING_WEBHOOK_SECRET: SECRET }, "must be a URL"],
    [
      "a URL without a secret",
      { MOORING_WEBHOOK_URL: "https://example.com" },
      "MOORING_WEBHOOK_SECRET: required",
    ],
    ["a secret without a URL", { MOORING_WEBHOOK_SECRET: SECRET }, "MOORING_WEBHOOK_URL"],
    ["a short secret", { MOORING_WEBHOOK_URL: "https://example.com", MOORING_WEBHOOK_SECRET: "short" }, "24"],
    [
      "a whsec_ that is no base64",
      { MOORING_WEBHOOK_URL: "https://example.com", MOORING_WEBHOOK_SECRET: `whsec_${"!".repeat(40)}` },
      "base64",
    ],
    ["a topic over http", { MOORING_EVENT_TOPIC: "http://127.0.0.1/topics/x" }, "https"],
  ])("%s", (_, some, problem) => {
    expect(() => parse(some)).toThrow(InvalidInput);
    expect(() => parse(some)).toThrow(problem);
    expect(() => parse(some)).not.toThrow(/short|!!!|YSBzZWNyZXQ/);
  });

  test("https, and http on this machine", () => {
    for (const url of ["https://example.com/hook?x=1", "http://127.0.0.1:8080/hook", "http://[::1]/hook"])
      expect(parse({ MOORING_WEBHOOK_URL: url, MOORING_WEBHOOK_SECRET: SECRET })).toMatchObject({
        MOORING_WEBHOOK_URL: url,
        MOORING_NAME: "mooring",
      });
  });
});
