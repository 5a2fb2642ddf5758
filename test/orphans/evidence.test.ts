/** Who may report for a cluster, and what proves that something may be deleted: each fault of the review, end to end over the use cases. */
import { beforeEach, describe, expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { forgetDeclared } from "../../shared/declarations/registry.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { listQuarantine } from "../../shared/orphans/quarantine.ts";
import { readSuspects } from "../../shared/orphans/suspects.ts";
import { Reporter, internalService } from "../builders/reports.ts";
import {
  balancer,
  balancerBody,
  balancerId,
  cluster,
  declared,
  managedCluster,
  NOW,
  UID,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";
import { sweepOnce } from "./sweepOnce.ts";

const DAY = 24 * 3600;
const ITEM = { what: "orphans", id: "all", why: "timer", seenAtUtc: NOW, correlationId: "c" };
const web = { ...internalService("web"), uid: UID };

let run: MemoryRun;
let reporter: Reporter;

/** A living cluster with Service `shop/web`, whose load balancer has nodes in its pool. */
beforeEach(async () => {
  run = memoryRun();
  await register(cluster());
  run.network.clusters = [managedCluster()];
  place(balancer());
  await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
  reporter = new Reporter(run);
  await reporter.list([web]);
});

const register = (value: ReturnType<typeof cluster>) =>
  run.tables.clusters.transact("all", [{ do: "put", key: value.name, value }]);

function place(...balancers: ReturnType<typeof balancer>[]): void {
  run.network.balancers = balancers;
  for (const one of balancers) run.resources.place(one.id, balancerBody(one));
}

const sweep = () => sweepOnce(run, createApply(run.resources), ITEM);

/** A month of sweeps; the cluster reports as `report` does before each. */
async function month(report: () => Promise<unknown> = async () => undefined): Promise<void> {
  for (let day = 0; day < 30; day += 3) {
    await report();
    await sweep();
    await report();
    await sweep();
    run.clock.advance(3 * DAY);
  }
}

const deleted = () => run.resources.bodyOf(balancerId()) === undefined;
const missing = async () => (await readSuspects(run)).suspects.flatMap(({ candidate }) => candidate.missing);

describe("a cluster that is not deleted, although ARM has no managed cluster of the registered id", () => {
  const older = () => cluster({ name: "older", resourceId: `${cluster().resourceId}-older` });

  test("two registrations name one node resource group; the older managed cluster is deleted", async () => {
    await register(older());
    await month(() => reporter.list([web]));
    expect(deleted()).toBe(false);
    // Neither may be the owner: nothing there is judged.
    expect((await readSuspects(run)).suspects).toEqual([]);
  });

  test("the newer managed cluster is not registered", async () => {
    await register({ ...cluster(), resourceId: older().resourceId });
    await month();
    expect(deleted()).toBe(false);
    expect((await missing())[0]).toContain("has node resource group MC_one");
  });

  test("the resource group is managed by another cluster, of which nothing else is recorded", async () => {
    run.network.clusters = [];
    run.network.groups = [
      { id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/MC_one`, managedBy: "/elsewhere" },
    ];
    await month();
    expect(deleted()).toBe(false);
    expect(await missing()).toEqual(["resource group MC_one is managed by /elsewhere"]);
  });

  test("nodes are in its backend pool", async () => {
    run.network.clusters = [];
    await month();
    expect(deleted()).toBe(false);
    expect((await readSuspects(run)).suspects[0]?.candidate.against).toEqual([
      "backend pool kubernetes has 3 members",
    ]);
  });

  test("the managed clusters of one subscription could not be listed", async () => {
    run.network.clusters = [];
    place(balancer({ pools: [] }));
    run.network.calls.failNext(new Error("403"), { method: "managedClusters", times: 1000 });
    await month();
    expect(deleted()).toBe(false);
  });

  test("it goes on reporting", async () => {
    run.network.clusters = [];
    place(balancer({ pools: [] }));
    await month(() => reporter.list([web]));
    expect(deleted()).toBe(false);
  });

  test("twin: all of it is true, and what it left is deleted after the grace period", async () => {
    run.network.clusters = [];
    place(balancer({ pools: [] }));
    await month();
    expect(deleted()).toBe(true);
    const [entry] = run.tables.journal.all();
    expect(entry?.change.evidence.map(({ source }) => source)).toEqual(["Azure", "Azure", "Azure"]);
  });
});

describe("a list of another cluster, sent with this cluster's token", () => {
  test("puts nothing into quarantine, beside the true lists and alone", async () => {
    const foreign = new Reporter(run, "one", "another cluster");
    await foreign.list([internalService("other")]);
    await sweep();
    expect(await listQuarantine(run)).toEqual([]);
    await month(() => foreign.list([internalService("other")]));
    expect(deleted()).toBe(false);
  });

  test("from the first day: lists that no frontend corroborates prove nothing", async () => {
    const { identity: _none, ...unbound } = cluster();
    await register(unbound);
    await forgetDeclared(run, "one");
    const foreign = new Reporter(run, "one", "another cluster");
    await month(() => foreign.list([internalService("other")]));
    expect(deleted()).toBe(false);
    expect((await missing())[0]).toContain(
      "no frontend of cluster one was ever named for a Service in its lists",
    );
  });
});

describe("what admission saw and the API server refused", () => {
  const proposal = (some: Parameters<typeof declared>[0]) =>
    propose(run, declared({ strength: "proposal", observedAtUtc: run.clock.nowUtc, ...some }));

  test.each([
    ["a create of a name that exists", () => proposal({ uid: "fresh" })],
    ["a delete that another webhook refused", () => proposal({ deletedAtUtc: NOW })],
    [
      "an update that another webhook refused",
      () => proposal({ intent: { ...declared().intent, internal: false } }),
    ],
  ])("%s puts nothing of the living Service into quarantine", async (_, refused) => {
    await refused();
    await sweep();
    expect(await listQuarantine(run)).toEqual([]);
    expect(run.tables.declarations.all()).toMatchObject([{ uid: UID, strength: "confirmation" }]);
  });
});

describe("the order of evidence", () => {
  const gone = async () => {
    await reporter.list([]);
    await reporter.list([]);
  };

  test("one list that lacks the Service proves nothing", async () => {
    await reporter.list([]);
    await sweep();
    expect(await listQuarantine(run)).toEqual([]);
  });

  test("from one Service to none: provable, within the normal grace period", async () => {
    await gone();
    await month(() => reporter.list([]));
    expect(deleted()).toBe(true);
    const [entry] = run.tables.journal.all();
    expect(entry?.change.evidence.map(({ source, version }) => [source, version])).toMatchObject([
      ["Kubernetes", expect.stringMatching(/^\d+$/)],
      ["Azure", undefined],
    ]);
  });

  test("without a report since Azure was read, nothing is deleted, whatever the clock shows", async () => {
    await gone();
    await sweep();
    await reporter.list([]);
    await sweep();
    run.clock.advance(8 * DAY);
    const stale = { value: run.tables.feeds.all()[0] };
    // Fresh by the clock, but under the number that was issued before Azure was read.
    const confirmed = { ...stale.value?.confirmed, atUtc: run.clock.nowUtc };
    await run.tables.feeds.transact("all", [
      { do: "put", key: "one", value: { ...stale.value, confirmed } as never },
    ]);
    await sweep();
    expect(deleted()).toBe(false);
    await reporter.list([]);
    await sweep();
    await reporter.list([]);
    await sweep();
    expect(deleted()).toBe(true);
  });

  test("the grace period begins with the first sweep after a list that is newer than what was read from Azure", async () => {
    await gone();
    await sweep();
    run.clock.advance(DAY);
    await sweep();
    const [first] = await listQuarantine(run);
    expect(first).toMatchObject({ quarantinedAtUtc: NOW });
    await reporter.list([]);
    run.clock.advance(3600);
    const begunAtUtc = run.clock.nowUtc;
    await sweep();
    expect(await listQuarantine(run)).toMatchObject([
      { quarantinedAtUtc: begunAtUtc, isConfirmed: true, deleteAfterUtc: "2026-12-01T13:00:00.000Z" },
    ]);
    // Later reports do not move it.
    run.clock.advance(3600);
    await reporter.list([]);
    await sweep();
    expect(await listQuarantine(run)).toMatchObject([{ quarantinedAtUtc: begunAtUtc }]);
  });

  test("a frontend that gets another rule in the meantime begins its grace period again", async () => {
    await gone();
    await sweep();
    run.clock.advance(8 * DAY);
    await reporter.list([]);
    const other = `${baseName("ffffffff-0000-4000-8000-000000000000")}-TCP-80`;
    place(balancer({ rules: [...balancer().rules, { ...balancer().rules[0]!, name: other }] }));
    await sweep();
    expect(deleted()).toBe(false);
    expect((await listQuarantine(run))[0]?.quarantinedAtUtc).toBe(run.clock.nowUtc);
  });

  test("the due date that is shown is the date that is used, also where policy allows less", async () => {
    await applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100, sweepGraceSeconds: 0 });
    await gone();
    await sweep();
    await reporter.list([]);
    await sweep();
    const due = (await listQuarantine(run))[0]?.deleteAfterUtc ?? "";
    expect(due).toBe("2026-11-23T13:10:00.000Z");
    run.clock.advance(70 * 60 - 1);
    await reporter.list([]);
    await sweep();
    expect(deleted()).toBe(false);
    run.clock.advance(1);
    await sweep();
    expect(deleted()).toBe(false);
    await reporter.list([]);
    await sweep();
    expect(deleted()).toBe(true);
  });
});
