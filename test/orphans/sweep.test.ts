import { beforeEach, describe, expect, test } from "vitest";
import type { Apply } from "../../shared/changes/applied.ts";
import { createApply } from "../../shared/changes/apply.ts";
import { inParts } from "../../shared/changes/parts.ts";
import type { Cluster } from "../../shared/declarations/clusterModel.ts";
import { NotYet } from "../../shared/core/errors.ts";
import { hold, release } from "../../shared/orphans/hold.ts";
import { planDue } from "../../shared/orphans/sweep.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import {
  DAY,
  deletedCluster,
  deserted,
  enforceSweep,
  place,
  quarantineOf,
  settle,
  swept,
} from "../builders/deletedCluster.ts";
import {
  balancerId,
  cluster,
  declared,
  frontend,
  pls,
  plsIdIn,
  managedCluster,
  PARTNER,
  feed,
} from "../builders/world.ts";
import { SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;

beforeEach(async () => {
  run = await deletedCluster();
});

const enforce = (some: object = {}) => enforceSweep(run, some);
const sweep = () => swept(run);
const quarantined = () => quarantineOf(run);
const heard = () => feed({ atUtc: run.clock.nowUtc });

/** A second registered cluster. */
async function alsoTwo(): Promise<Cluster> {
  const resourceId = cluster().resourceId.replace(/one$/, "two");
  const second = cluster({ name: "two", resourceId, nodeResourceGroup: "MC_two" });
  await run.tables.clusters.transact("all", [{ do: "put", key: "two", value: second }]);
  return second;
}

describe("an orphan", () => {
  test("stays in quarantine for its grace period", async () => {
    await enforce();
    expect(await sweep()).toEqual([]);
    expect(await quarantined()).toEqual([
      "loadBalancer until 2026-11-30T12:00:00.000Z",
      "pls until 2026-11-30T12:00:00.000Z",
      "connection until 2026-11-30T12:00:00.000Z",
    ]);
  });

  test("is only reported in mode observe, however long it is due", async () => {
    await sweep();
    run.clock.advance(30 * DAY);
    expect(await sweep()).toEqual([
      "observed pe.1 mode of sweep is observe",
      "observed pls mode of sweep is observe",
      "observed kubernetes-internal mode of sweep is observe",
    ]);
    expect(run.resources.calls.count("remove")).toBe(0);
  });

  test("is deleted after its grace period: connections, Private Link Service, load balancer", async () => {
    await enforce();
    await sweep();
    run.clock.advance(8 * DAY);
    expect(await sweep()).toEqual(["applied pe.1", "applied pls", "applied kubernetes-internal"]);
    expect(await quarantined()).toEqual([]);
    expect(run.tables.journal.all().map(({ outcome }) => outcome)).toEqual(["applied", "applied", "applied"]);
  });

  test("that is used again leaves quarantine at once", async () => {
    await enforce();
    await sweep();
    run.network.clusters = [managedCluster()];
    run.clock.advance(8 * DAY);
    // A dead connection is dead on a living PLS too.
    expect(await sweep()).toEqual(["applied pe.1"]);
    expect(await quarantined()).toEqual([]);
    const lines = run.tables.journal.all().filter(({ outcome }) => outcome === "released");
    expect(
      lines.map(({ change, why }) => `${change.resourceId.split("/").at(-1)}: ${why}`).toSorted(),
    ).toEqual([
      "kubernetes-internal: a Service uses it, or it does not exist any more",
      "pls: a Service uses it, or it does not exist any more",
    ]);
  });

  test("that is used again between proof and delete is not deleted", async () => {
    await enforce();
    await sweep();
    run.clock.advance(8 * DAY);
    const locks = run.resources.locks.bind(run.resources);
    run.ports.resources.locks = async (id) => {
      run.network.clusters = [managedCluster()];
      return locks(id);
    };
    expect(await sweep()).toEqual([
      "applied pe.1",
      "refused pls it is not proved an orphan any more",
      "left kubernetes-internal an earlier change was not made",
    ]);
  });

  test("is proved twice: a grace period is never shorter than the list interval plus the stale time", async () => {
    await enforce({ sweepGraceSeconds: 0 });
    expect(await sweep()).toEqual([]);
    expect((await quarantined())[0]).toBe("loadBalancer until 2026-11-23T13:10:00.000Z");
    run.clock.advance(70 * 60 - 1);
    expect(await sweep()).toEqual([]);
    run.clock.advance(1);
    expect(await sweep()).toEqual(["applied pe.1", "applied pls", "applied kubernetes-internal"]);
  });

  test.each([
    ["a report", () => run.tables.feeds.transact("all", [{ do: "put", key: "one", value: heard() }])],
    ["an admission", () => propose(run, declared({ strength: "proposal", observedAtUtc: run.clock.nowUtc }))],
  ])(
    "of a cluster that ARM does not have, and that sends %s all the same, is kept: its id is wrong",
    async (_, speak) => {
      await enforce();
      await sweep();
      run.clock.advance(8 * DAY);
      await speak();
      expect(await sweep()).toEqual([]);
      expect(run.resources.calls.count("remove")).toBe(0);
    },
  );

  test("that an operator holds stays, with the reason; released, its grace period begins again", async () => {
    await enforce();
    await sweep();
    await hold(run, balancerId().toUpperCase(), { who: "ada", why: "migration" });
    run.clock.advance(8 * DAY);
    expect(await sweep()).toEqual([]);
    expect(await quarantined()).toEqual([]);
    expect(await release(run, balancerId())).toBe(true);
    await sweep();
    expect((await quarantined())[0]).toBe("loadBalancer until 2026-12-08T12:00:00.000Z");
  });

  test("stays as long as policy requires for its kind", async () => {
    await enforce({ sweepGraceByKind: { connection: 2 * 3600, pls: 3 * 3600 } });
    await sweep();
    run.clock.advance(2 * 3600);
    expect(await sweep()).toEqual(["applied pe.1"]);
    settle(run);
    run.clock.advance(3600);
    expect(await sweep()).toEqual(["applied pls"]);
  });

  test("keeps its place, and is not deleted, while it cannot be proved", async () => {
    await enforce();
    await sweep();
    const before = await quarantined();
    run.clock.advance(8 * DAY);
    run.network.calls.failNext(new Error("403"), { method: "managedCluster" });
    expect(await sweep()).toEqual([]);
    expect(await quarantined()).toEqual(before);
  });

  test("is proved again with the lists of its subscription only", async () => {
    await enforce();
    Object.assign(run.ports, { subscriptions: [SUBSCRIPTION, PARTNER] });
    await sweep();
    run.clock.advance(8 * DAY);
    const before = run.network.calls.count("privateLinkServices");
    expect(await sweep()).toHaveLength(3);
    // Two lists to plan, and one for each delete.
    expect(run.network.calls.count("privateLinkServices") - before).toBe(2 + 3);
  });

  test("clusters that a list shows are not read one by one; what it does not show is read before it is called gone", async () => {
    await enforce();
    const second = await alsoTwo();
    run.network.clusters = [
      managedCluster({ id: second.resourceId.toUpperCase(), nodeResourceGroup: second.nodeResourceGroup }),
    ];
    await sweep();
    const reads = run.network.calls.calls
      .filter(([method]) => method === "managedCluster")
      .map(([, id]) => id);
    expect(reads).toEqual([cluster().resourceId]);
    expect(await quarantined()).toHaveLength(3);
  });

  const LOCKED = [
    "refused pe.1 locked: management lock keep (CanNotDelete)",
    "left pls an earlier change was not made",
  ];
  const LEFT = "left kubernetes-internal an earlier change was not made";
  test.each<[string, () => Promise<string>, readonly string[]]>([
    [
      "on another load balancer",
      async () => {
        await alsoTwo();
        const other = deserted({
          id: balancerId("MC_two"),
          frontends: [frontend({ name: `a${"2".repeat(31)}` }, balancerId("MC_two"))],
        });
        place(run, [...run.network.balancers, other], run.network.allPrivateLinkServices);
        return other.id;
      },
      [...LOCKED, LEFT, "applied kubernetes-internal"],
    ],
    [
      "on the same load balancer",
      async () => {
        const spare = pls({ name: "spare", id: plsIdIn("spare", "MC_one"), connections: [] });
        place(run, run.network.balancers, [...run.network.allPrivateLinkServices, spare]);
        return spare.id;
      },
      [...LOCKED, "applied spare", LEFT],
    ],
  ])("that is locked does not keep another %s, only what it depends on", async (_, addOther, expected) => {
    await enforce();
    const other = await addOther();
    run.resources.lock(pls().id, { id: "keep", level: "CanNotDelete" });
    await sweep();
    run.clock.advance(8 * DAY);
    expect(await sweep()).toEqual(expected);
    expect(run.resources.bodyOf(other)).toBeUndefined();
    expect(run.resources.bodyOf(balancerId())).toBeDefined();
  });

  test("that fails in every sweep does not use up the limit for the others", async () => {
    await enforce({ maxDeletesPerRun: 1 });
    const spare = pls({ name: "spare", id: plsIdIn("spare", "MC_one"), connections: [] });
    place(run, run.network.balancers, [pls({ connections: [] }), spare]);
    await sweep();
    run.clock.advance(8 * DAY);
    const remove = run.resources.remove.bind(run.resources);
    run.resources.remove = (id, ...rest) =>
      id === pls().id ? Promise.reject(new Error("InternalServerError")) : remove(id, ...rest);
    await expect(sweep()).rejects.toThrow("InternalServerError");
    expect(run.resources.bodyOf(spare.id)).toBeDefined();
    await sweep();
    expect(run.resources.bodyOf(spare.id)).toBeUndefined();
  });

  test("that Azure lets wait does not hide what became of the others", async () => {
    await enforce();
    await alsoTwo();
    const other = deserted({
      id: balancerId("MC_two"),
      frontends: [frontend({ name: `a${"2".repeat(31)}` }, balancerId("MC_two"))],
    });
    place(run, [...run.network.balancers, other], run.network.allPrivateLinkServices);
    await sweep();
    run.clock.advance(8 * DAY);
    const due = await planDue(run);
    const busy: Apply = (one, part, ...rest) =>
      part.changes[0]?.resourceId === other.id
        ? Promise.reject(new NotYet("busy", 30))
        : createApply(run.resources)(one, part, ...rest);
    const cause = { why: "test", who: "me", correlationId: "c" };
    const told = await inParts(busy, due.parts)(run, due.plan, cause, due.options);
    expect(told.map(({ outcome, why }) => `${outcome} ${why ?? ""}`.trim())).toEqual([
      "applied",
      "applied",
      "applied",
      "failed busy",
    ]);
    await expect(inParts(busy, due.parts.slice(-1))(run, due.plan, cause, due.options)).rejects.toThrow(
      NotYet,
    );
  });

  test("a budget holds for all parts of a sweep together", async () => {
    await enforce({ maxDeletesPerRun: 2 });
    await alsoTwo();
    const other = deserted({
      id: balancerId("MC_two"),
      frontends: [frontend({ name: `a${"2".repeat(31)}` }, balancerId("MC_two"))],
    });
    place(run, [...run.network.balancers, other], run.network.allPrivateLinkServices);
    await sweep();
    run.clock.advance(8 * DAY);
    await sweep();
    expect(run.resources.calls.count("remove")).toBe(2);
  });

  test("of two sweepers at once one works; budgets hold for both", async () => {
    await enforce({ maxDeletesPerRun: 1, maxDeletesPerDay: 2 });
    await sweep();
    run.clock.advance(8 * DAY);
    const both = await Promise.allSettled([sweep(), sweep()]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(run.resources.calls.count("remove")).toBe(1);
    settle(run);
    for (let round = 0; round < 5; round += 1) {
      await sweep();
      settle(run);
    }
    expect(run.resources.calls.count("remove")).toBe(2);
  });

  test("keeps its load balancer while its Private Link Service has not waited long enough", async () => {
    await enforce();
    const [one] = run.network.allPrivateLinkServices;
    run.network.allPrivateLinkServices = [];
    await sweep();
    run.clock.advance(4 * DAY);
    run.network.allPrivateLinkServices = one ? [one] : [];
    await sweep();
    run.clock.advance(4 * DAY);
    expect(await sweep()).toEqual([]);
    expect(run.resources.bodyOf(balancerId())).toBeDefined();
  });

  test("a world that cannot be read completely changes nothing", async () => {
    run.network.calls.failNext(new Error("throttled"), { method: "privateLinkServices" });
    await expect(sweep()).rejects.toThrow("throttled");
    expect(await quarantined()).toEqual([]);
  });
});
