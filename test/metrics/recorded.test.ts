import { claim } from "../builders/claims.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deliver } from "../../functions/deliver.ts";
import { correlateCalls, measureCalls } from "../../shared/adapters/armCalls.ts";
import { openResources } from "../../shared/adapters/resources.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { createApply } from "../../shared/changes/apply.ts";
import type { Change } from "../../shared/changes/plan.ts";
import { withCorrelation } from "../../shared/core/correlation.ts";
import { recordFindingMetrics } from "../../shared/audit/findingMetrics.ts";
import type { Finding } from "../../shared/findings/finding.ts";
import { Conflict, NotYet, Obsolete, Refused } from "../../shared/core/errors.ts";
import { recordDecision } from "../../shared/admission/decisions.ts";
import { dropProposed } from "../../shared/inventory/dropClaims.ts";
import { addressPlace } from "../../shared/inventory/places.ts";
import { scanInventory } from "../../shared/inventory/scan.ts";
import type { MetricName } from "../../shared/ports/instruments.ts";
import { Meter } from "../../shared/ports/meter.ts";
import { recordOrphans } from "../../shared/orphans/countOrphans.ts";
import type { Quarantined } from "../../shared/orphans/model.ts";
import { failureOf } from "../../shared/storage/queues/failures.ts";
import { PLS, armWithPls, type TestArm } from "../builders/arm.ts";
import { serveArm, type ServedArm } from "../builders/servedArm.ts";
import { frontend, pls, plsIdIn, subnetId, subnetInAzure, UID } from "../builders/world.ts";
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
  const ID = plsIdIn("pls");
  const change: Change = {
    action: "update",
    capability: "privateLinkServices",
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
      tags: { ...pls().tags },
      properties: { provisioningState: "Succeeded", visibility: { subscriptions: ["*"] } },
    }),
  );

  test.each<[string, () => unknown, string[]]>([
    ["made", () => undefined, ["1 privateLinkServices update applied"]],
    [
      "only looked at",
      () => applyPolicy(run, { modes: { privateLinkServices: "observe" } }),
      ["1 privateLinkServices update observed"],
    ],
    [
      "overtaken",
      () => run.resources.calls.failNext(new Conflict("412"), { method: "write" }),
      ["1 privateLinkServices update conflict"],
    ],
    [
      "failed",
      () => run.resources.calls.failNext(new Error("500"), { method: "write" }),
      ["1 privateLinkServices update failed"],
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
    expect(of("mooring.changes")).toEqual(["1 privateLinkServices update applied"]);
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

test("findings are counted by check and severity, and checks without findings record 0", () => {
  const finding = (check: string, severity: Finding["severity"]) => ({ check, severity }) as Finding;
  recordFindingMetrics(run, [
    finding("cluster-webhook-silent", "error"),
    finding("cluster-webhook-silent", "error"),
    finding("pls-missing", "warning"),
  ]);
  const all = of("mooring.findings");
  expect(all).toContain("2 cluster-webhook-silent error");
  expect(all).toContain("1 pls-missing warning");
  expect(all).toContain("0 queue-poisoned warning");
  expect(new Set(all).size).toBe(all.length);
});

test("orphans are counted by kind, within the grace period and due, also 0", () => {
  const orphan = (kind: Quarantined["kind"], deleteAfterUtc: string) =>
    ({ kind, deleteAfterUtc }) as Quarantined;
  recordOrphans(run, [
    orphan("pls", "2026-11-23T11:00:00.000Z"),
    orphan("pls", "2026-11-23T13:00:00.000Z"),
    orphan("frontend", "2026-11-23T13:00:00.000Z"),
  ]);
  expect(of("mooring.orphans")).toEqual([
    "0 loadBalancer waiting",
    "0 loadBalancer due",
    "1 frontend waiting",
    "0 frontend due",
    "0 rule waiting",
    "0 rule due",
    "1 pls waiting",
    "1 pls due",
    "0 connection waiting",
    "0 connection due",
  ]);
});

describe("work", () => {
  const item = {
    what: "pls",
    id: "/x",
    why: "test",
    seenAtUtc: "2026-11-23T12:00:00.000Z",
    correlationId: "c",
  };
  const tried = (work: () => Promise<unknown>, dequeueCount = 1, some: object = {}) =>
    deliver(
      {
        run,
        queue: "pls",
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
    expect(of("mooring.work.outcomes")).toEqual([`1 pls pls ${outcome}`]);
    expect(run.metrics.of("mooring.work.duration")).toEqual([
      [expect.any(Number), { queue: "pls", outcome }],
    ]);
  });

  test("that fails is thrown to the host, and its reason is kept when that was the last try", async () => {
    await expect(tried(throwing(new Error("boom")), 4)).rejects.toThrow("boom");
    expect(await failureOf(run, "pls", item)).toBeUndefined();
    await expect(tried(throwing(new Error("boom")), 5)).rejects.toThrow("boom");
    expect(await failureOf(run, "pls", item)).toMatchObject({ error: "boom", tries: 5, invocationId: "i" });
    expect(of("mooring.work.outcomes")).toEqual(["1 pls pls failed", "1 pls pls failed"]);
  });

  test("a failure while storage is unavailable keeps its own reason", async () => {
    run.tables.failures.calls.failNext(new Error("storage is unavailable"));
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
    arm = await armWithPls();
    served = await serveArm(arm, directory);
  });
  afterAll(async () => {
    await served.close();
    await rm(directory, { recursive: true, force: true });
  });

  test("are timed, throttled ones counted, and carry the id of the work item", async () => {
    const resources = openResources({
      ...served.access,
      policies: [correlateCalls, measureCalls(metrics)],
    });
    const body = (await resources.read(PLS))?.body ?? {};
    arm.faults.add({ action: { kind: "error", status: 429, retryAfterSeconds: 1 }, times: 1 });
    await resources.read(PLS);
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
      const { version = "*" } = (await resources.read(PLS)) ?? {};
      await withCorrelation({ correlationId: id }, () =>
        resources.write(PLS, { ...body, properties }, version),
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
    meter.record("mooring.queue.length", 1, { queue: "pls" });
    meter.record("mooring.queue.length", 2, { queue: "pls" });
    meter.connect(sink);
    meter.record("mooring.queue.length", 3, { queue: "pls" });
    expect(sink.of("mooring.queue.length").map(([value]) => value)).toEqual([1, 2, 3]);
  });

  test("no more than ten thousand wait", () => {
    const [meter, sink] = [new Meter(), new MemoryMetrics()];
    for (let n = 0; n < 10_001; n += 1) meter.record("mooring.schema.refused", 1, {});
    meter.connect(sink);
    expect(sink.recorded).toHaveLength(10_000);
  });
});
