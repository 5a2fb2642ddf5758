import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startCollector, type Collector, type Point } from "../builders/collector.ts";
import { armWithPls } from "../builders/arm.ts";
import { hostedApp } from "../builders/hostedApp.ts";
import { register } from "../builders/register.ts";
import { serveArm } from "../builders/servedArm.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-metrics-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const review = (annotations: Record<string, string>, uid: string) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid,
      kind: { group: "", version: "v1", kind: "Service" },
      namespace: "shop",
      name: "web",
      operation: "CREATE",
      object: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: "shop", uid, annotations },
        spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
      },
      oldObject: null,
    },
  }),
});
const A = "service.beta.kubernetes.io/azure-";

describe("the artifact exports its metrics when it ends", () => {
  let collector: Collector;
  let statuses: number[];
  beforeAll(async () => {
    collector = await startCollector(directory);
    const app = await hostedApp(collector.env);
    const token = await register("one", app.settings);
    const good = { [`${A}load-balancer-internal`]: "true" };
    const bad = { ...good, [`${A}load-balancer-ipv4`]: "nonsense" };
    statuses = [];
    for (const [n, annotations] of [good, bad, bad].entries())
      statuses.push((await app.call(`/api/admit/one/${token}`, review(annotations, `u-${n}`))).status);
    const fire = { method: "POST", headers: { "x-functions-key": app.keys.master } };
    await app.call("/admin/functions/watchQueues", { ...fire, body: "{}" });
    const soon = { timeout: 50_000, interval: 100 };
    await vi.waitFor(async () => expect(await app.log()).toMatch(/"watchQueues".*succeeded/), soon);
    await app.close();
  });
  afterAll(() => collector.close());

  test.each(["insights", "otlp"] as const)("to %s, by name and dimensions", (destination) => {
    expect(statuses).toEqual([200, 200, 200]);
    const points = collector[destination];
    const of = (name: string) => points.filter((point) => point.name === name);
    const sums = (name: string) => of(name).map(({ value, attributes }) => ({ value, ...attributes }));
    expect(sums("mooring.gate.decisions").toSorted((a, b) => a.value - b.value)).toEqual([
      { value: 1, verdict: "warn", operation: "CREATE", cluster: "one" },
      { value: 2, verdict: "deny", operation: "CREATE", cluster: "one" },
    ]);
    expect(sums("mooring.gate.findings")).toContainEqual({
      value: 2,
      rule: "address-malformed",
      severity: "deny",
      mode: "enforce",
    });
    const durations = of("mooring.gate.duration");
    expect(durations.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect(durations.every(({ value }) => value > 0)).toBe(true);
    expect(sums("mooring.queue.poisoned")).toContainEqual({ value: 0, queue: "pls" });
    expect(sums("mooring.queue.length")).toContainEqual({ value: 0, queue: "notices" });
  });

  test("and nothing beside what is in the table of instruments", () => {
    const names = new Set([...collector.insights, ...collector.otlp].map(({ name }: Point) => name));
    expect([...names].filter((name) => !/^mooring\.|^http\.client\.request\.duration$/.test(name))).toEqual(
      [],
    );
  });
});

test("with a key the destination is called without a token, and with the identity of the app if configured", async () => {
  const served = await serveArm(await armWithPls(), directory);
  const identity = { ...served.env, AZURE_TOKEN_CREDENTIALS: "ManagedIdentityCredential" };
  const asked: (string | undefined)[] = [];
  for (const authentication of [{}, { APPLICATIONINSIGHTS_AUTHENTICATION_STRING: "Authorization=AAD" }]) {
    const collector = await startCollector(directory);
    const { OTEL_EXPORTER_OTLP_ENDPOINT: _, ...insights } = collector.env;
    const app = await hostedApp({ ...identity, ...insights, ...authentication });
    const token = await register("one", app.settings);
    expect((await app.call(`/api/admit/one/${token}`, review({}, "u"))).status).toBe(200);
    await app.close();
    expect(collector.insights.map(({ name }) => name)).toContain("mooring.gate.decisions");
    asked.push(collector.authorizations[0]);
    await collector.close();
  }
  await served.close();
  expect(asked).toEqual([undefined, expect.stringMatching(/^Bearer \S+\.\S+\./)]);
}, 120_000);

test("unavailable destinations are logged once, and do not block", async () => {
  const app = await hostedApp({
    APPLICATIONINSIGHTS_CONNECTION_STRING:
      "InstrumentationKey=22222222-3333-4444-8555-666666666666;IngestionEndpoint=https://127.0.0.1:1/",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
  });
  const token = await register("one", app.settings);
  const asked = await app.call(`/api/admit/one/${token}`, review({}, "u"));
  expect([asked.status, asked.body.response.allowed]).toEqual([200, true]);
  app.process.kill("SIGTERM");
  await new Promise((resolve) => app.process.once("exit", resolve));
  expect((await app.log()).match(/metrics could not be sent/g)).toHaveLength(1);
  await app.close();
});

test("an invalid connection string is logged, and does no harm", async () => {
  const app = await hostedApp({ APPLICATIONINSIGHTS_CONNECTION_STRING: "nonsense" });
  expect((await app.call("/api/health")).status).toBe(200);
  app.process.kill("SIGTERM");
  await new Promise((resolve) => app.process.once("exit", resolve));
  expect(await app.log()).toContain("metrics are not sent: ");
  await app.close();
});

test("an app that refuses to work because of invalid settings still exports that", async () => {
  const collector = await startCollector(directory);
  const app = await hostedApp({ ...collector.env, MOORING_NAME: "a b" });
  expect((await app.call("/api/v1/me")).status).toBe(503);
  expect((await app.call("/api/v1/me")).status).toBe(503);
  await app.close();
  const told = collector.insights.filter(({ name }) => name === "mooring.settings.broken");
  expect(told.reduce((sum, { value }) => sum + value, 0)).toBeGreaterThanOrEqual(2);
  await collector.close();
});
