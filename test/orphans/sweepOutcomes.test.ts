/** What a sweep records for each subscription and cluster, and what an operator's request for one does. */
import { beforeEach, describe, expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import { Refused } from "../../shared/core/errors.ts";
import { requestAwaited, sweepOrphans } from "../../shared/orphans/sweep.ts";
import { DAY, deletedCluster, enforceSweep, ITEM } from "../builders/deletedCluster.ts";
import { cluster, feed, managedCluster, PARTNER } from "../builders/world.ts";
import { SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;

beforeEach(async () => {
  run = await deletedCluster();
  await enforceSweep(run);
});

const sweep = () => sweepOrphans(run, createApply(run.resources), ITEM);
/** `subject: cause`, or `subject: healthy`. */
const recorded = () =>
  run.tables.outcomes
    .all()
    .filter(({ operation }) => operation === "sweep")
    .map(({ subject, failure, failingSinceUtc }) =>
      failingSinceUtc ? `${subject}: ${failure?.cause}` : `${subject}: healthy`,
    );
const inPartner = (id: string) => id.replace(SUBSCRIPTION, PARTNER.toUpperCase());

async function registerInPartner(): Promise<void> {
  const two = cluster({
    name: "two",
    resourceId: inPartner(cluster().resourceId),
    nodeResourceGroup: "MC_2",
  });
  await run.tables.clusters.transact("all", [{ do: "put", key: "two", value: two }]);
  Object.assign(run.ports, { subscriptions: [SUBSCRIPTION, PARTNER] });
}

describe("a sweep records", () => {
  test("each subscription and each cluster that it read", async () => {
    await registerInPartner();
    await sweep();
    expect(recorded()).toEqual([
      `subscription:${SUBSCRIPTION}: healthy`,
      `subscription:${PARTNER}: healthy`,
      "cluster:one: healthy",
      "cluster:two: healthy",
    ]);
  });

  test("a subscription that it could not read, with the cause, and nothing about the clusters there", async () => {
    await registerInPartner();
    const list = run.network.loadBalancers.bind(run.network);
    run.network.loadBalancers = async (subscription) => {
      if (subscription === PARTNER) throw new Refused("AuthorizationFailed");
      return list(subscription);
    };
    await expect(sweep()).rejects.toThrow("AuthorizationFailed");
    expect(recorded()).toEqual([
      `subscription:${SUBSCRIPTION}: healthy`,
      `subscription:${PARTNER}: AuthorizationFailed`,
      "cluster:one: healthy",
    ]);
  });

  test("a cluster whose state it could not determine, with the cause", async () => {
    run.network.calls.failNext(new Refused("AuthorizationFailed"), { method: "managedCluster" });
    await sweep();
    expect(recorded()).toEqual([
      `subscription:${SUBSCRIPTION}: healthy`,
      expect.stringMatching(/^cluster:one: .*AuthorizationFailed/),
    ]);
  });

  test("a cluster of which a delete failed, with the cause", async () => {
    await sweep();
    run.clock.advance(8 * DAY);
    run.resources.remove = () => Promise.reject(new Error("InternalServerError"));
    await expect(sweep()).rejects.toThrow("InternalServerError");
    expect(recorded()).toEqual([
      `subscription:${SUBSCRIPTION}: healthy`,
      expect.stringMatching(/^cluster:one: .*InternalServerError/),
    ]);
  });
});

describe("a sweep that an operator requests", () => {
  const wanted = async () => (await run.tables.feeds.get("wanted", "one"))?.value.sequence;
  const confirm = () =>
    run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed({ atUtc: run.clock.nowUtc }) }]);

  test("requests the lists that its orphans still need", async () => {
    run.network.clusters = [managedCluster()];
    await run.tables.declarations.transact("one", [{ do: "remove", key: "shop/web" }]);
    await confirm();
    await sweep();
    run.clock.advance(8 * DAY);
    await confirm();
    await requestAwaited(run, { awaited: ["one"] });
    expect(await wanted()).toBe(5);
  });

  test("neither updates the quarantine nor requests a list if none is needed", async () => {
    await requestAwaited(run, { awaited: [] });
    expect(run.tables.quarantine.all()).toEqual([]);
    expect(await wanted()).toBeUndefined();
  });
});
