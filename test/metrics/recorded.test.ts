import { claim } from "../builders/claims.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deliver } from "../../functions/deliver.ts";
import { correlateCalls, measureCalls } from "../../shared/azure/armCalls.ts";
import { openResources } from "../../shared/azure/resources.ts";
import { applyPolicy } from "../../shared/applyPolicy.ts";
import { createApply } from "../../shared/changes/apply.ts";
import type { Change } from "../../shared/changes/plan.ts";
import { withCorrelation } from "../../shared/correlation.ts";
import { recordFindings } from "../../shared/drift/countFindings.ts";
import type { Finding } from "../../shared/drift/finding.ts";
import { Conflict, NotYet, Obsolete, Refused } from "../../shared/errors.ts";
import { recordDecision } from "../../shared/gate/decisions.ts";
import { dropProposed } from "../../shared/inventory/dropClaims.ts";
import { addressPlace } from "../../shared/inventory/places.ts";
import { scanInventory } from "../../shared/inventory/scan.ts";
import type { MetricName } from "../../shared/metrics/instruments.ts";
import { Meter } from "../../shared/metrics/meter.ts";
import { recordOrphans } from "../../shared/orphans/countOrphans.ts";
import type { Quarantined } from "../../shared/orphans/model.ts";
import { failureOf } from "../../shared/queues/failures.ts";
import { LINK, linkedArm, type TestArm } from "../builders/arm.ts";
import { serveArm, type ServedArm } from "../builders/servedArm.ts";
import { frontend, link, linkIdIn, subnetId, subnetInAzure, UID } from "../builders/world.ts";
import { MemoryMetrics } from "../memory/metrics.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
});
const of = (name: MetricName) =>
  run.metrics.of(name).map(([value, attributes]) => `${value} ${Object.values(attributes).join(" ")}`);

describe("claims", () => {
  const SUBNET = subnetId("apps");
  const owner = (name: string) => ({
    cluster: "one",
    namespace: "shop",
    name,
    uid: name === "web" ? UID : name,
  });
  const ask = (name: string, address: string) =>
    claim(run, {
      owner: owner(name),
      expiresAtUtc: "2026-11-23T13:00:00.000Z",
      wants: [{ ...addressPlace(SUBNET, address), mayShare: () => false }],
    });

  test("are counted when they are proposed, refused, released and confirmed", async () => {
    run.network.allSubnets = [subnetInAzure()];
    await ask("web", "10.0.1.10");
    await ask("other", "10.0.1.10");
    await ask("other", "10.0.1.11");
    await dropProposed(run, owner("other"), addressPlace(SUBNET, "10.0.1.11"));
    run.network.uses = [{ address: "10.0.1.10", subnetId: SUBNET, holderId: frontend().id }];
    run.clock.advance(3600);
    await scanInventory(run);
    expect(of("mooring.claims")).toEqual([
      "1 proposed",
      "1 refused",
      "1 proposed",
      "1 released",
      "1 expired",
    ]);
  });

  test("that Azure shows in use are confirmed", async () => {
    run.network.allSubnets = [subnetInAzure()];
    await ask("web", "10.0.1.10");
    run.network.uses = [{ address: "10.0.1.10", subnetId: SUBNET, holderId: frontend().id }];
    await scanInventory(run);
    expect(of("mooring.claims")).toEqual(["1 proposed", "1 confirmed"]);
  });
});

describe("changes", () => {
  const ID = linkIdIn("pls");
  const change: Change = {
    action: "update",
    capability: "links",
    resourceId: ID,
    cluster: "one",
    reason: "declared otherwise",
    evidence: [
      { says: "declared", source: "Kubernetes", atUtc: "2026-11-23T12:00:00.000Z" },
      { says: "owned", source: "Azure", atUtc: "2026-11-23T12:00:00.000Z" },
    ],
    edits: [{ path: "properties.visibility.subscriptions", before: ["*"], after: ["a"] }],
  };
  const apply = () =>
    createApply(run.resources)(
      run,
      { changes: [change] },
      { why: "test", who: "system", correlationId: "c" },
      { inSight: 10 },
    );
  beforeEach(() =>
    run.resources.place(ID, {
      name: "pls",
      tags: { ...link().tags },
      properties: { provisioningState: "Succeeded", visibility: { subscriptions: ["*"] } },
    }),
  );

  test.each<[string, () => unknown, string[]]>([
    ["made", () => undefined, ["1 links update applied"]],
    ["only looked at", () => applyPolicy(run, { modes: { links: "observe" } }), ["1 links update observed"]],
    [
      "overtaken",
      () => run.resources.calls.failNext(new Conflict("412"), { method: "write" }),
      ["1 links update conflict"],
    ],
    [
      "failed",
      () => run.resources.calls.failNext(new Error("500"), { method: "write" }),
      ["1 links update failed"],
    ],
    ["for another time", () => run.resources.calls.failNext(new NotYet("429", 5), { method: "write" }), []],
  ])("%s are counted so", async (_, prepare, counted) => {
    await prepare();
    await apply().catch((error: unknown) => {
      if (!(error instanceof Conflict || error instanceof NotYet)) throw error;
    });
    expect(of("mooring.changes")).toEqual(counted);
  });

  test("that were so already are none", async () => {
    await apply();
    await apply();
    expect(of("mooring.changes")).toEqual(["1 links update applied"]);
  });
});

test.each<[string, object, boolean, string]>([
  ["let through", { allowed: true }, true, "allow"],
  ["warned of", { allowed: true, warnings: ["x"] }, true, "warn"],
  ["refused", { allowed: false }, true, "deny"],
  ["not decided", { allowed: true, warnings: ["x"] }, false, "error"],
])("a Service that is %s is counted and timed", (_, some, isDecided, verdict) => {
  const response = { uid: "u", allowed: true, ...some };
  recordDecision(run, { cluster: "one", operation: "UPDATE", response, isDecided, seconds: 0.25 });
  expect(of("mooring.gate.decisions")).toEqual([`1 ${verdict} UPDATE one`]);
  expect(of("mooring.gate.duration")).toEqual([`0.25 ${verdict}`]);
});

test("findings are counted by check and severity, and checks that find nothing say so", () => {
  const finding = (check: string, severity: Finding["severity"]) => ({ check, severity }) as Finding;
  recordFindings(run, [
    finding("webhook-silent", "error"),
    finding("webhook-silent", "error"),
    finding("link-missing", "warn"),
  ]);
  const all = of("mooring.findings");
  expect(all).toContain("2 webhook-silent error");
  expect(all).toContain("1 link-missing warn");
  expect(all).toContain("0 queue-poisoned warn");
  expect(new Set(all).size).toBe(all.length);
});

test("orphans are counted by kind, in grace and past it, none among them", () => {
  const orphan = (kind: Quarantined["kind"], deleteAfterUtc: string) =>
    ({ kind, deleteAfterUtc }) as Quarantined;
  recordOrphans(run, [
    orphan("link", "2026-11-23T11:00:00.000Z"),
    orphan("link", "2026-11-23T13:00:00.000Z"),
    orphan("frontend", "2026-11-23T13:00:00.000Z"),
  ]);
  expect(of("mooring.orphans")).toEqual([
    "0 loadBalancer waiting",
    "0 loadBalancer due",
    "1 frontend waiting",
    "0 frontend due",
    "0 rule waiting",
    "0 rule due",
    "1 link waiting",
    "1 link due",
    "0 connection waiting",
    "0 connection due",
  ]);
});

describe("work", () => {
  const item = {
    what: "link",
    id: "/x",
    why: "test",
    seenAtUtc: "2026-11-23T12:00:00.000Z",
    correlationId: "c",
  };
  const tried = (work: () => Promise<unknown>, dequeueCount = 1, some: object = {}) =>
    deliver(
      {
        run,
        queue: "links",
        item: { ...item, ...some },
        context: { invocationId: "i", triggerMetadata: { dequeueCount } },
      },
      work,
    );
  const throwing = (error: Error) => async () => {
    throw error;
  };

  test.each<[string, () => Promise<unknown>, number, object, string]>([
    ["done", async () => "well", 1, {}, "done"],
    ["for another time", throwing(new NotYet("busy", 5)), 1, {}, "not_yet"],
    ["obsolete", throwing(new Obsolete("no such audit")), 1, {}, "obsolete"],
    ["refused", throwing(new Refused("no")), 1, {}, "failed"],
    ["given up", throwing(new NotYet("busy", 5)), 5, { attempt: 10 }, "given_up"],
  ])("that is %s is counted and timed", async (_, work, dequeueCount, some, outcome) => {
    await tried(work, dequeueCount, some).catch(() => undefined);
    expect(of("mooring.work.outcomes")).toEqual([`1 links link ${outcome}`]);
    expect(run.metrics.of("mooring.work.duration")).toEqual([
      [expect.any(Number), { queue: "links", outcome }],
    ]);
  });

  test("that fails is thrown to the host, and its reason is kept when that was the last try", async () => {
    await expect(tried(throwing(new Error("boom")), 4)).rejects.toThrow("boom");
    expect(await failureOf(run, "links", item)).toBeUndefined();
    await expect(tried(throwing(new Error("boom")), 5)).rejects.toThrow("boom");
    expect(await failureOf(run, "links", item)).toMatchObject({ error: "boom", tries: 5, invocationId: "i" });
    expect(of("mooring.work.outcomes")).toEqual(["1 links link failed", "1 links link failed"]);
  });

  test("that fails while storage is away fails with its own reason", async () => {
    run.tables.failures.calls.failNext(new Error("storage is away"));
    await expect(tried(throwing(new Error("boom")), 5)).rejects.toThrow("boom");
  });
});

describe("requests to Azure Resource Manager", () => {
  let directory: string;
  let arm: TestArm;
  let served: ServedArm;
  const metrics = new MemoryMetrics();
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "mooring-calls-"));
    arm = await linkedArm();
    served = await serveArm(arm, directory);
  });
  afterAll(async () => {
    await served.close();
    await rm(directory, { recursive: true, force: true });
  });

  test("are timed each, throttled ones told, and carry the id of the work that asks", async () => {
    const resources = openResources({
      ...served.access,
      policies: [correlateCalls, measureCalls(metrics)],
    });
    const body = (await resources.read(LINK))?.body ?? {};
    arm.faults.add({ action: { kind: "error", status: 429, retryAfterSeconds: 1 }, times: 1 });
    await resources.read(LINK);
    const attributes = metrics
      .of("http.client.request.duration")
      .map(([, { "http.response.status_code": status, "server.address": host }]) => [host, status]);
    expect(attributes).toEqual([
      ["127.0.0.1", 200],
      ["127.0.0.1", 429],
      ["127.0.0.1", 200],
    ]);
    expect(metrics.of("mooring.arm.throttled")).toEqual([[1, { subscription: SUBSCRIPTION }]]);

    const correlationId = "0a1b2c3d-0000-4000-8000-000000000000";
    const heard: string[] = [];
    arm.onEvent((event) => heard.push(event.correlationId));
    const properties = { ...(body["properties"] as object), visibility: { subscriptions: ["*"] } };
    for (const id of [correlationId, "an audit's own"]) {
      const { version = "*" } = (await resources.read(LINK)) ?? {};
      await withCorrelation({ correlationId: id }, () =>
        resources.write(LINK, { ...body, properties }, version),
      );
    }
    expect(heard[0]).toBe(correlationId);
    expect(heard.at(-1)).toMatch(/^[0-9a-f-]{36}$/);
    expect(heard.at(-1)).not.toBe(correlationId);
  });
});

describe("before the exporter is there", () => {
  test("records wait, in order, and go on to it", () => {
    const [meter, sink] = [new Meter(), new MemoryMetrics()];
    meter.record("mooring.queue.length", 1, { queue: "links" });
    meter.record("mooring.queue.length", 2, { queue: "links" });
    meter.connect(sink);
    meter.record("mooring.queue.length", 3, { queue: "links" });
    expect(sink.of("mooring.queue.length").map(([value]) => value)).toEqual([1, 2, 3]);
  });

  test("no more than ten thousand wait", () => {
    const [meter, sink] = [new Meter(), new MemoryMetrics()];
    for (let n = 0; n < 10_001; n += 1) meter.record("mooring.schema.refused", 1, {});
    meter.connect(sink);
    expect(sink.recorded).toHaveLength(10_000);
  });
});
