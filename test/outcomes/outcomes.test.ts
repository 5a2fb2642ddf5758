/** What repeats records how it ended for each subscription and cluster, and every face shows what fails. */
import { beforeEach, describe, expect, test } from "vitest";
import { deliver } from "../../functions/deliver.ts";
import { createApply } from "../../shared/changes/apply.ts";
import { checkMooring } from "../../shared/audit/gather/mooring.ts";
import { Incomplete, NotYet, Refused } from "../../shared/core/errors.ts";
import { checkHealth } from "../../shared/doctor/health.ts";
import { operations } from "../../shared/doctor/checks/freshness.ts";
import { scanInventory } from "../../shared/inventory/scan.ts";
import { pollPrivateLinkServices } from "../../shared/pls/poll.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import { listOutcomes } from "../../shared/storage/outcome.ts";
import { defaultPolicy } from "../../shared/policy/policy.ts";
import { watchQueues } from "../../shared/storage/queues/watch.ts";
import type { WorkItem } from "../../shared/ports/queue.ts";
import { markCurrent } from "../builders/current.ts";
import { Reporter } from "../builders/reports.ts";
import { cluster, subnetInAzure } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const OTHER = "22222222-2222-2222-2222-222222222222";
const subject = (id: string) => `subscription:${id}`;
const DENIED = new Refused(`${OTHER}: AuthorizationFailed The client may not read`);
const item = (what: string): WorkItem => ({
  what,
  id: "all",
  why: "timer",
  seenAtUtc: "2026-11-23T12:00:00.000Z",
  correlationId: "c",
});

let run: MemoryRun;
let denied: string | undefined;
let error: Error;

beforeEach(async () => {
  run = memoryRun({ subscriptions: [SUBSCRIPTION, OTHER] });
  await markCurrent(run.tables);
  run.network.allSubnets = [subnetInAzure()];
  [denied, error] = [OTHER, DENIED];
  const record = run.network.calls.record.bind(run.network.calls);
  run.network.calls.record = async (method, ...args) => {
    await record(method, ...args);
    if (args[0] === denied) throw error;
  };
});

const rows = () => run.tables.outcomes.all();
const row = (operation: string, about: string) =>
  rows().find((one) => one.operation === operation && one.subject === about);
const scan = () => scanInventory(run);
const sweep = () => sweepOrphans(run, createApply(run.resources), item("orphans"));
const health = () =>
  checkHealth(
    { MOORING_SUBSCRIPTIONS: SUBSCRIPTION, AzureWebJobsStorage: "UseDevelopmentStorage=true" },
    async () => run.ports,
  );
const findings = async () =>
  (await checkMooring(run, defaultPolicy)).found.filter(({ id }) => id === "operation-failing");
const doctor = async () =>
  [operations.judge(await Array.fromAsync(listOutcomes(run)), run.now().toISOString())].flat();

describe.each([
  ["scan", scan],
  ["sweep", sweep],
  ["poll", () => pollPrivateLinkServices(run)],
] as const)("a %s of which one of two subscriptions answers 403", (operation, work) => {
  test("records the one as failing with its cause, and the other as done", async () => {
    await expect(work()).rejects.toThrow("AuthorizationFailed");
    expect(row(operation, subject(OTHER))).toEqual({
      operation,
      subject: subject(OTHER),
      failingSinceUtc: "2026-11-23T12:00:00.000Z",
      failure: { atUtc: "2026-11-23T12:00:00.000Z", cause: DENIED.message, reason: "denied" },
    });
    expect(row(operation, subject(SUBSCRIPTION))).toMatchObject({
      succeededAtUtc: "2026-11-23T12:00:00.000Z",
    });
    expect(row(operation, subject(SUBSCRIPTION))).not.toHaveProperty("failure");
  });

  test("is no success for the host, whose message it fails", async () => {
    const queue = "inventory" as const;
    const context = { invocationId: "i", triggerMetadata: { dequeueCount: 1 } };
    await expect(deliver({ run, queue, item: item(queue), context }, work)).rejects.toThrow(
      "AuthorizationFailed",
    );
    const outcomes = run.metrics.of("mooring.work.outcomes").map(([, { outcome }]) => outcome);
    expect(outcomes).toEqual(["failed"]);
  });

  test("is visible at once in health, doctor, findings and metrics", async () => {
    await work().catch(() => undefined);
    const { status, problems } = await health();
    expect(status).toBe("degraded");
    expect(problems).toEqual([
      `${operation} fails for 1 subject since 2026-11-23T12:00:00.000Z (permission denied); see: mooring doctor`,
    ]);
    expect(await doctor()).toContainEqual(
      expect.objectContaining({
        state: "fail",
        about: `${operation} ${subject(OTHER)}`,
        message: expect.stringContaining(DENIED.message),
      }),
    );
    expect(await findings()).toMatchObject([
      { severity: "error", about: `mooring/operations/${operation}/${subject(OTHER)}` },
    ]);
    await watchQueues(run);
    expect(run.metrics.of("mooring.operations.failing")).toContainEqual([1, { operation }]);
  });

  test("is healthy again after the next complete one, with the last failure kept", async () => {
    await work().catch(() => undefined);
    denied = undefined;
    run.clock.advance(900);
    await work();
    expect(row(operation, subject(OTHER))).toEqual({
      operation,
      subject: subject(OTHER),
      succeededAtUtc: "2026-11-23T12:15:00.000Z",
      failure: { atUtc: "2026-11-23T12:00:00.000Z", cause: DENIED.message, reason: "denied" },
    });
    expect((await health()).status).toBe("ok");
    expect(await findings()).toEqual([]);
    expect((await doctor()).map(({ state }) => state)).toEqual(["ok"]);
    await watchQueues(run);
    expect(run.metrics.of("mooring.operations.failing")).toContainEqual([0, { operation }]);
  });

  test("reports since when it fails, not the last failure", async () => {
    await work().catch(() => undefined);
    run.clock.advance(900);
    await work().catch(() => undefined);
    expect(row(operation, subject(OTHER))).toMatchObject({
      failingSinceUtc: "2026-11-23T12:00:00.000Z",
      failure: { atUtc: "2026-11-23T12:15:00.000Z" },
    });
  });

  test("forgets a subscription that is not watched any more", async () => {
    await work().catch(() => undefined);
    Object.assign(run.ports, { subscriptions: [SUBSCRIPTION] });
    await work();
    expect(rows().map((one) => one.subject)).toEqual([subject(SUBSCRIPTION)]);
  });
});

test("a scan whose every failure passes is postponed, and shown as failing until then", async () => {
  error = new NotYet(`${OTHER}: TooManyRequests`, 40);
  await expect(scan()).rejects.toMatchObject({ name: "NotYet", retryAfterSeconds: 40 });
  expect(row("scan", subject(OTHER))).toMatchObject({ failure: { reason: "unavailable" } });
});

test("what is throttled is a warning of the doctor for half an hour, and a finding only if it lasts", async () => {
  error = new NotYet(`${OTHER}: TooManyRequests`, 40);
  await scan().catch(() => undefined);
  expect((await health()).status).toBe("degraded");
  expect((await doctor()).map(({ state }) => state)).toEqual(["warning"]);
  expect(await findings()).toMatchObject([{ settlesWithinMinutes: 30 }]);
  run.clock.advance(30 * 60);
  expect((await doctor()).map(({ state }) => state)).toEqual(["fail"]);
});

test("the doctor shows twenty subjects that fail, and how many more there are", async () => {
  const failing = Array.from({ length: 22 }, (_, n) => ({
    operation: "audit" as const,
    subject: `vnet:${n}`,
    failingSinceUtc: "2026-11-23T12:00:00.000Z",
    failure: { atUtc: "2026-11-23T12:00:00.000Z", cause: "500", reason: "failed" as const },
  }));
  const lines = [operations.judge(failing, "2026-11-23T12:00:00.000Z")].flat();
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)?.message).toBe("2 more are failing");
  expect([operations.judge([], "2026-11-23T12:00:00.000Z")].flat()).toMatchObject([{ state: "skipped" }]);
});

test("a scan of which a part is denied and a part is throttled names both, and is not postponed", async () => {
  run.network.calls.failNext(new NotYet("throttled for now", 5), { method: "gatewayUses" });
  await expect(scan()).rejects.toThrow(Incomplete);
  await expect(scan()).rejects.toThrow("AuthorizationFailed");
});

test("work that another process does records nothing", async () => {
  await run.leases.acquire("inventory", "other");
  await expect(scan()).rejects.toThrow(NotYet);
  expect(rows()).toEqual([]);
});

test("an operation that throws fails for every subject, and keeps the last success", async () => {
  denied = undefined;
  await scan();
  run.clock.advance(900);
  run.tables.addresses.calls.failNext(new Error("storage is unavailable"), { method: "list" });
  await expect(scan()).rejects.toThrow("storage is unavailable");
  for (const id of [SUBSCRIPTION, OTHER])
    expect(row("scan", subject(id))).toMatchObject({
      succeededAtUtc: "2026-11-23T12:00:00.000Z",
      failure: { cause: "storage is unavailable", reason: "failed" },
    });
});

test("that an outcome cannot be recorded does not hide why the work failed", async () => {
  run.tables.addresses.calls.failNext(new Error("the first cause"), { method: "list" });
  run.tables.outcomes.calls.failNext(new Error("storage is unavailable"));
  await expect(scan()).rejects.toThrow("the first cause");
});

test("a sweep that cannot determine whether a cluster exists fails for that cluster", async () => {
  denied = undefined;
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  run.network.calls.failNext(new Refused("AuthorizationFailed"), { method: "managedCluster" });
  await sweep();
  expect(row("sweep", "cluster:one")).toMatchObject({
    failure: { cause: expect.stringContaining("AuthorizationFailed") },
  });
  await sweep();
  expect(row("sweep", "cluster:one")).not.toHaveProperty("failingSinceUtc");
});

describe("the lists of a cluster", () => {
  let reporter: Reporter;
  beforeEach(async () => {
    await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
    reporter = new Reporter(run, "one", cluster().identity?.uid);
  });

  test("succeed when a list is complete", async () => {
    await reporter.list();
    expect(row("list", "cluster:one")).toEqual({
      operation: "list",
      subject: "cluster:one",
      succeededAtUtc: "2026-11-23T12:00:00.000Z",
    });
  });

  test("fail with what kept the sender from listing, until a list is complete", async () => {
    const { sequence } = await reporter.start();
    await reporter.post({ sequence, status: 403, body: "services is forbidden" });
    expect(row("list", "cluster:one")).toMatchObject({
      failure: { cause: expect.stringContaining("services is forbidden") },
    });
    expect((await health()).status).toBe("degraded");
    await reporter.list();
    expect((await health()).status).toBe("ok");
  });

  test("fail when the list is another cluster's", async () => {
    reporter.identity = "another";
    await reporter.list();
    expect(row("list", "cluster:one")).toMatchObject({
      failure: { cause: expect.stringContaining("another") },
    });
  });
});
