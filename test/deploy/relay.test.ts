/** The relay's configuration as generated, run by nginx, TLS on both sides, before the built app on its host. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certificates, type Certificates } from "../../dev/sandbox/identity/certificate.ts";
import { hostedApp, type HostedApp } from "../builders/hostedApp.ts";
import { placeOf } from "../builders/register.ts";
import { runCli } from "../cli/runCli.ts";
import { startNameServer, type NameServer } from "./nameServer.ts";
import { readManifests, startRelay, type Manifest, type Relay } from "./relay.ts";
import { startTunnel, type Tunnel } from "./tunnel.ts";

const SERVICE = "mooring-relay.mooring.svc";

let folder: string;
let app: HostedApp;
let names: NameServer;
let azure: Certificates;
let front: Tunnel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mooring-deploy-"));
  [app, names, azure] = await Promise.all([
    hostedApp(),
    startNameServer("127.0.0.1"),
    certificates(join(folder, "azure")),
  ]);
  front = await startTunnel(azure, { to: Number(new URL(app.url).port) });
});
afterAll(async () => {
  names.stop();
  await Promise.all([front.stop(), app.close()]);
  await rm(folder, { recursive: true, force: true });
});

/** `mooring clusters add` or `rotate`, and what it wrote. */
async function written(name: string, command: string[]): Promise<{ file: Manifest[]; token: string }> {
  const path = join(folder, `${name}-${command[0]}.yaml`);
  const how = ["--url", `https://localhost:${front.port}`, "--resolver", `127.0.0.1:${names.port}`];
  const { code, out, err } = await runCli(
    ["-o", "json", "clusters", command[0] ?? "", name, ...command.slice(1), ...how, "--write", path],
    { env: app.settings },
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return { file: await readManifests(path), token: JSON.parse(out).token };
}

const added = (name: string) => written(name, ["add", ...placeOf(name)]);

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly type: string | undefined;
  readonly retryAfter: string | undefined;
}

interface Call {
  path?: string;
  method?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
  authority?: string;
}

function toAnswer({ statusCode: status, headers }: IncomingMessage, body: string): Answer {
  return { status, body, type: headers["content-type"], retryAfter: headers["retry-after"] };
}

/** As the API server calls a webhook: the Service's name, the webhook's authority. */
function call(relay: Relay, { path = "/admit", method = "POST", body = review(), ...rest }: Call = {}) {
  const { headers = { "content-type": "application/json" }, authority = relay.authority } = rest;
  return new Promise<Answer>((resolve, reject) => {
    const asked = request(
      {
        host: "127.0.0.1",
        port: relay.port,
        servername: SERVICE,
        ca: authority,
        agent: false,
        path,
        method,
        headers,
      },
      (answer) => void text(answer).then((body) => resolve(toAnswer(answer, body)), reject),
    );
    asked.on("error", reject);
    asked.end(method === "GET" ? undefined : body);
  });
}

function review(name = "web"): string {
  const annotations = { "service.beta.kubernetes.io/azure-load-balancer-internal": "True" };
  const object = { metadata: { name, namespace: "shop", annotations }, spec: { type: "LoadBalancer" } };
  const kind = { group: "", version: "v1", kind: "Service" };
  const asked = { uid: "u-1", kind, operation: "CREATE", namespace: "shop", name, object };
  return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: asked });
}

const UNAVAILABLE =
  /^Mooring is unavailable: the Function App localhost returned no valid response to the relay, /;

/** What the API server shows of an answer: client-go's `newUnstructuredResponseError` and `NewGenericServerResponse`. */
function shown({ status = 0, body, type }: Answer): string {
  if (![500, 502].includes(status)) return `the server responded with the status code ${status}`;
  const message = (type ?? "").startsWith("text/") ? body.trim().slice(0, 2048) : "unknown";
  return `an error on the server (${JSON.stringify(message)}) has prevented the request from succeeding`;
}

const refusal = (body: string) => JSON.parse(body).response;

/** Of a Service of more than the 4 MiB that the app checks. */
const largeReview = Buffer.from(
  `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","operation":"CREATE","object":"${"x".repeat(11 * 1024 * 1024)}"}}`,
);

describe("the relay", () => {
  let relay: Relay;
  let token: string;
  beforeAll(async () => {
    const made = await added("relayed");
    token = made.token;
    relay = await startRelay(made.file, azure.caPath);
  });
  afterAll(() => relay.stop());

  test("hands a review to the app with the cluster's token, and the answer back", async () => {
    const { status, body } = await call(relay, { path: "/admit?timeout=5s" });
    expect({ status, body }).toEqual({ status: 200, body: expect.stringContaining("response") });
    expect(refusal(body)).toMatchObject({ uid: "u-1", allowed: false });
    const head = front.heads.findLast((one) => one.includes("/relayed")) ?? "";
    expect(head).toMatch(/^POST \/api\/admit\/relayed\?timeout=5s HTTP\/1\.1\r\n/);
    expect(head.toLowerCase()).toContain(`\r\nx-mooring-token: ${token.toLowerCase()}`);
    expect(head.toLowerCase()).toContain("\r\nhost: localhost");
  });

  test("forwards mutating reviews to the mutating webhook", async () => {
    const { status, body } = await call(relay, { path: "/mutate" });
    expect({ status, ...JSON.parse(body).response }).toEqual({ status: 200, uid: "u-1", allowed: true });
  });

  test("a token that a caller brings does not get through", async () => {
    const headers = { "content-type": "application/json", "x-mooring-token": "mine" };
    expect((await call(relay, { headers })).status).toBe(200);
    const head = front.heads.findLast((one) => one.includes("/relayed")) ?? "";
    expect(head.toLowerCase().match(/x-mooring-token: .*/g)).toEqual([
      `x-mooring-token: ${token.toLowerCase()}`,
    ]);
  });

  test.each<[string, Call, number]>([
    ["is ready", { path: "/healthz", method: "GET" }, 200],
    ["has no other path", { path: "/api/findings" }, 404],
    ["leads to no other cluster", { path: "/admit/other" }, 404],
    ["does not resolve dots", { path: "/admit/../api/findings" }, 404],
    ["only takes POST", { method: "GET" }, 405],
    ["takes reviews as large as the app reads", { body: Buffer.alloc(3.9 * 1024 * 1024, " ") }, 400],
    ["takes larger ones, which the app answers with a refusal", { body: largeReview }, 200],
    ["takes none larger than that", { body: Buffer.alloc(13 * 1024 * 1024, " ") }, 500],
  ])("%s", async (_, asked, status) => expect((await call(relay, asked)).status).toBe(status));

  test("shows a certificate that only the webhook's authority vouches for", async () => {
    await expect(call(relay, { authority: azure.ca })).rejects.toThrow(/certificate/);
  });

  test("keeps its connection to the app: no handshake per review", async () => {
    const before = front.heads.length;
    for (let n = 0; n < 5; n += 1) await call(relay);
    expect(front.heads.length - before).toBe(5);
    expect(front.connections).toBeLessThanOrEqual(2);
  });

  test("never writes the token to its log", () => expect(relay.log()).not.toContain(token));
});

describe("when things change", () => {
  test("both tokens are good during a rotation, and the first one ends", async () => {
    const first = await added("rotated");
    const before = await startRelay(first.file, azure.caPath);
    const second = await written("rotated", ["rotate", "--overlap-hours", "1"]);
    const after = await startRelay(second.file, azure.caPath);
    expect([(await call(before)).status, (await call(after)).status]).toEqual([200, 200]);
    await written("rotated", ["rotate", "--overlap-hours", "0"]);
    await before.stop();
    await after.stop();
    const direct = (token: string) =>
      app.call(`/api/admit/rotated/${token}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: review(),
      });
    // A process caches a cluster for a few seconds.
    await expect.poll(async () => (await direct(first.token)).status, { timeout: 15_000 }).toBe(404);
  });

  test("a renewed certificate is shown without a restart", async () => {
    const relay = await startRelay((await added("renewed")).file, azure.caPath);
    const next = (await written("renewed", ["rotate"])).file;
    const authority = next.find(({ metadata }) => metadata.name === "mooring-relay-certificate")?.[
      "stringData"
    ]["ca.crt"];
    await expect(call(relay, { authority })).rejects.toThrow(/certificate/);
    await relay.renew(next);
    expect((await call(relay, { authority })).status).toBe(200);
    await relay.stop();
  });

  test("an app that moved to another address is found again", async () => {
    const relay = await startRelay((await added("moved")).file, azure.caPath);
    expect((await call(relay)).status).toBe(200);
    const { port } = front;
    await front.stop();
    names.address = "127.0.0.2";
    front = await startTunnel(azure, { to: Number(new URL(app.url).port), port, at: "127.0.0.2" });
    await expect.poll(async () => (await call(relay)).status, { timeout: 15_000 }).toBe(200);
    await front.stop();
    names.address = "127.0.0.1";
    front = await startTunnel(azure, { to: Number(new URL(app.url).port), port });
    await relay.stop();
  });

  test("an app with an untrusted certificate gets no token", async () => {
    const relay = await startRelay((await added("impostor")).file, azure.caPath);
    const { port } = front;
    await front.stop();
    const impostor = await certificates(join(folder, "impostor"));
    front = await startTunnel(impostor, { to: Number(new URL(app.url).port), port });
    expect(await call(relay)).toMatchObject({ status: 502, body: expect.stringMatching(UNAVAILABLE) });
    expect(front.heads).toEqual([]);
    await front.stop();
    front = await startTunnel(azure, { to: Number(new URL(app.url).port), port });
    await relay.stop();
  });
});

describe("where no review can be answered, the API server shows a sentence", () => {
  let relay: Relay;
  beforeAll(async () => {
    relay = await startRelay((await added("silent")).file, azure.caPath);
  });
  afterAll(() => relay.stop());

  /** Something else answers in the place of the app. */
  async function instead<T>(answer: RequestListener, ask: () => Promise<T>): Promise<T> {
    const other = createServer(answer);
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = front;
    await front.stop();
    front = await startTunnel(azure, { to: (other.address() as AddressInfo).port, port });
    try {
      return await ask();
    } finally {
      await front.stop();
      await new Promise((resolve) => other.close(resolve));
      front = await startTunnel(azure, { to: Number(new URL(app.url).port), port });
    }
  }

  const page =
    (status: number): RequestListener =>
    (_, answer) =>
      void answer
        .writeHead(status, { "content-type": "text/html", "retry-after": "9" })
        .end("<html>Web App - Stopped</html>");

  function expectSentence(answer: Answer, webhook: string): void {
    expect(answer).toMatchObject({ status: 502, type: "text/plain", retryAfter: undefined });
    expect(answer.body.length).toBeLessThan(600);
    expect(shown(answer)).not.toMatch(/<|\\/);
    for (const part of [
      webhook,
      "set failurePolicy: Ignore",
      "exclude the namespace in its namespaceSelector",
    ])
      expect(shown(answer)).toContain(part);
  }

  test.each([403, 500, 502, 503, 504])("when Azure answers %i with its own page", (status) =>
    instead(page(status), async () => {
      const answer = await call(relay);
      expectSentence(answer, "webhook services.mooring.dev did not check this Service");
      expect(answer.body).toMatch(UNAVAILABLE);
      expect(answer.body).toContain("kubectl edit validatingwebhookconfiguration mooring");
    }),
  );

  test("when nothing answers, of the mutating webhook too", async () => {
    const { port } = front;
    await front.stop();
    const answer = await call(relay, { path: "/mutate?timeout=5s" });
    expectSentence(answer, "webhook addresses.mooring.dev did not check this Service");
    expect(answer.body).toContain("kubectl edit mutatingwebhookconfiguration mooring");
    front = await startTunnel(azure, { to: Number(new URL(app.url).port), port });
  });

  test("when the cluster or its token is unknown", async () => {
    const { code } = await runCli(["clusters", "remove", "silent"], { env: app.settings });
    expect(code).toBe(0);
    // A process caches a cluster for a few seconds.
    await expect.poll(async () => (await call(relay)).status, { timeout: 15_000 }).toBe(502);
    const answer = await call(relay);
    expectSentence(answer, "webhook services.mooring.dev did not check this Service");
    expect(answer.body).toMatch(/^Mooring does not accept the token of cluster silent, /);
    expect(answer.body).toContain("mooring clusters rotate silent");
  });

  test("when the review is too large", async () => {
    const answer = await call(relay, { body: Buffer.alloc(13 * 1024 * 1024, " ") });
    expect(shown(answer)).toContain("larger than Mooring accepts");
    expect(shown(answer)).toContain("set failurePolicy: Ignore");
  });
});
