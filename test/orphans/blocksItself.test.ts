/** One resource that Azure refuses blocks itself only. */
import { expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { NotYet, Refused } from "../../shared/core/errors.ts";
import { listQuarantine } from "../../shared/orphans/quarantine.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import { DAY, deserted, enforceSweep, ITEM, place } from "../builders/deletedCluster.ts";
import { balancerId, cluster } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION } from "../memory/run.ts";

const OTHER = "33333333-3333-3333-3333-333333333333";

async function twoDeleted() {
  const run = memoryRun();
  const [a, b] = ["one", "two"].map((name) =>
    cluster({
      name,
      nodeResourceGroup: `MC_${name}`,
      resourceId: cluster().resourceId.replace(/one$/, name),
    }),
  );
  for (const value of [a!, b!])
    await run.tables.clusters.transact("all", [{ do: "put", key: value.name, value }]);
  await enforceSweep(run);
  place(run, [deserted({ id: balancerId("MC_one") }), deserted({ id: balancerId("MC_two") })], []);
  return run;
}

test("a load balancer whose delete always fails with 409 does not block that of another cluster", async () => {
  const run = await twoDeleted();
  const remove = run.resources.remove.bind(run.resources);
  run.resources.remove = async (id, version) => {
    if (id.includes("MC_one")) throw new NotYet("409 InUse: it is used by something else", 20);
    return remove(id, version);
  };
  const sweep = () => sweepOrphans(run, createApply(run.resources), ITEM).catch(() => []);
  await sweep();
  run.clock.advance(8 * DAY);
  for (let n = 0; n < 10; n += 1) {
    await sweep();
    run.clock.advance(600);
  }
  expect(run.resources.bodyOf(balancerId("MC_two"))).toBeUndefined();
});

test("a load balancer that another writer changes all the time does not block that of another cluster", async () => {
  const run = await twoDeleted();
  const remove = run.resources.remove.bind(run.resources);
  run.resources.remove = async (id, version) => {
    // Another writer tags it all the time.
    if (id.includes("MC_one")) run.resources.place(id, run.resources.bodyOf(id)!);
    return remove(id, version);
  };
  const sweep = () => sweepOrphans(run, createApply(run.resources), ITEM).catch(() => []);
  await sweep();
  run.clock.advance(8 * DAY);
  for (let n = 0; n < 10; n += 1) {
    await sweep();
    run.clock.advance(600);
  }
  expect(run.resources.bodyOf(balancerId("MC_two"))).toBeUndefined();
});

test("a sweep that met a 409 records what it deleted, and lets the queue retry", async () => {
  const run = await twoDeleted();
  const remove = run.resources.remove.bind(run.resources);
  run.resources.remove = async (id, version) => {
    if (id.includes("MC_one")) throw new NotYet("409 InUse", 20);
    return remove(id, version);
  };
  const sweep = () => sweepOrphans(run, createApply(run.resources), ITEM);
  await sweep();
  run.clock.advance(8 * DAY);
  await expect(sweep()).rejects.toMatchObject({ name: "NotYet", retryAfterSeconds: 20 });
  expect((await listQuarantine(run)).map(({ resourceId }) => resourceId)).toEqual([balancerId("MC_one")]);
});

test("a subscription that is always throttled does not block the sweep of another one", async () => {
  const run = memoryRun({ subscriptions: [SUBSCRIPTION, OTHER] });
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await enforceSweep(run);
  place(run, [deserted()], []);
  const list = run.network.loadBalancers.bind(run.network);
  run.network.loadBalancers = async (subscription) => {
    if (subscription === OTHER) throw new NotYet("429", 20);
    return list(subscription);
  };
  const sweep = () => sweepOrphans(run, createApply(run.resources), ITEM);
  const isRetried = { name: "NotYet", retryAfterSeconds: 20 };
  await expect(sweep()).rejects.toMatchObject(isRetried);
  run.clock.advance(8 * DAY);
  await expect(sweep()).rejects.toMatchObject(isRetried);
  expect(run.resources.bodyOf(balancerId())).toBeUndefined();
});

test("a sweep that may not read one subscription and is throttled in another one is incomplete", async () => {
  const run = memoryRun({ subscriptions: [SUBSCRIPTION, OTHER] });
  run.network.loadBalancers = async (subscription) => {
    throw subscription === OTHER ? new NotYet("429", 20) : new Refused("403");
  };
  const sweep = () => sweepOrphans(run, createApply(run.resources), ITEM);
  await expect(sweep()).rejects.toMatchObject({ name: "Incomplete" });
});

test("both load balancers are deleted if Azure refuses neither", async () => {
  const run = await twoDeleted();
  const sweep = () => sweepOrphans(run, createApply(run.resources), ITEM).catch(() => []);
  await sweep();
  run.clock.advance(8 * DAY);
  await sweep();
  expect([run.resources.bodyOf(balancerId("MC_one")), run.resources.bodyOf(balancerId("MC_two"))]).toEqual([
    undefined,
    undefined,
  ]);
});
