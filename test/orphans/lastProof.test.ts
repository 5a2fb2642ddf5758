/** What is proved again right before each delete, on a world that may have changed since the plan; and what a sweep leaves behind. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Applied, Apply } from "../../shared/changes/applied.ts";
import { createApply } from "../../shared/changes/apply.ts";
import type { JournalEntry } from "../../shared/changes/journal.ts";
import type { Change } from "../../shared/changes/plan.ts";
import { AwaitsReport, NotYet } from "../../shared/core/errors.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import type { Quarantined } from "../../shared/orphans/model.ts";
import { listQuarantine, readQuarantine } from "../../shared/orphans/quarantine.ts";
import { listRestorable, readSuspects } from "../../shared/orphans/suspects.ts";
import {
  type Due,
  planDue,
  previewDue,
  recordSwept,
  sweepAlone,
  sweepOrphans,
} from "../../shared/orphans/sweep.ts";
import { DAY, deserted, enforceSweep, ITEM, place, placeConnection } from "../builders/deletedCluster.ts";
import {
  balancer,
  balancerBody,
  balancerId,
  cluster,
  connection,
  declared,
  feed,
  frontend,
  pls,
  plsIdIn,
  managedCluster,
  NOW,
  PARTNER,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const PE = connection({ status: "Rejected" });
const SERVICE = pls({ connections: [PE] });
let run: MemoryRun;

/** A deleted cluster left its load balancer and a Private Link Service with a rejected connection. */
beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await enforceSweep(run);
  place(run, [deserted()], [SERVICE]);
});

const sweep = () => sweepOrphans(run, createApply(run.resources), ITEM);
/** In quarantine for eight days, and planned. */
async function due(): Promise<Due> {
  await sweep();
  run.clock.advance(8 * DAY);
  return planDue(run);
}
/** `name: reason` for each change of the plan. */
async function proofs({ plan, options }: Due): Promise<string[]> {
  const lines: string[] = [];
  for (const change of plan.changes) {
    const actual = await run.resources.read(change.resourceId);
    const why = actual ? await options.stillTrue?.(change, actual) : "absent";
    lines.push(`${change.resourceId.split("/").at(-1)}: ${why ?? "may go"}`);
  }
  return lines;
}

describe("the last proof", () => {
  const NOT_PROVED = "it is not proved an orphan any more";
  const LIVES = "kubernetes-internal exists, and was missing from the list";
  const rewrite = async (change: (row: Quarantined) => Quarantined | undefined) => {
    for (const { partition, key, value } of await readQuarantine(run)) {
      const after = change(value);
      await run.tables.quarantine.transact(partition, [
        after ? { do: "put", key, value: after } : { do: "remove", key },
      ]);
    }
  };
  const living = () =>
    run.tables.declarations.transact("one", [{ do: "put", key: "shop/web", value: declared() }]);

  test.each<[string, () => unknown, string, string, string]>([
    ["nothing changed", () => {}, "may go", "may go", "may go"],
    [
      "another sweep began the grace period again",
      () => rewrite((row) => ({ ...row, quarantinedAtUtc: run.clock.nowUtc })),
      NOT_PROVED,
      "its grace period is not over any more",
      "its grace period is not over any more",
    ],
    [
      "it was quarantined under a policy with a longer grace period",
      () => rewrite((row) => ({ ...row, deleteAfterUtc: "2999-01-01T00:00:00.000Z" })),
      "may go",
      "may go",
      "may go",
    ],
    [
      "the active policy has a longer grace period",
      () => enforceSweep(run, { sweepGraceSeconds: 9 * DAY }),
      NOT_PROVED,
      "its grace period is not over any more",
      "its grace period is not over any more",
    ],
    [
      "another sweep released it from quarantine",
      () => rewrite(() => undefined),
      NOT_PROVED,
      NOT_PROVED,
      NOT_PROVED,
    ],
    [
      "the cluster was removed",
      () => run.tables.clusters.transact("all", [{ do: "remove", key: "one" }]),
      "cluster one is not registered any more",
      "cluster one is not registered any more",
      "cluster one is not registered any more",
    ],
    [
      "the cluster lives after all, and its Service with it",
      async () => {
        await living();
        run.network.clusters = [managedCluster()];
      },
      NOT_PROVED,
      NOT_PROVED,
      NOT_PROVED,
    ],
    [
      "the Private Link Service was created again",
      () => (run.network.allPrivateLinkServices = [{ ...SERVICE, alias: "new" }]),
      NOT_PROVED,
      "it changed since it was quarantined",
      "may go",
    ],
    [
      "the connection was approved, as the list shows",
      () => (run.network.allPrivateLinkServices = [{ ...SERVICE, connections: [connection()] }]),
      NOT_PROVED,
      NOT_PROVED,
      NOT_PROVED,
    ],
    [
      "the connection was approved, as only the resource shows",
      () => placeConnection(run, PE.id, "Approved"),
      "it is Approved",
      "may go",
      "may go",
    ],
    [
      "the load balancer is missing from the list, and exists",
      () => (run.network.balancers = []),
      `its load balancer ${LIVES}`,
      `its load balancer ${LIVES}`,
      NOT_PROVED,
    ],
    [
      "the load balancer got a rule that the list lacks",
      () => {
        const body = balancerBody(balancer({ pools: [] }));
        const properties = { ...(body["properties"] as object), inboundNatRules: [{ name: "nat" }] };
        run.resources.place(balancerId(), { ...body, properties });
      },
      "may go",
      "may go",
      "outbound or inbound NAT rule nat uses it",
    ],
    [
      "nodes came back to its pools, as only the resource shows",
      () => run.resources.place(balancerId(), balancerBody(balancer())),
      "may go",
      "may go",
      "backend pool kubernetes has members",
    ],
  ])("%s", async (_, arrange, ofConnection, ofService, ofBalancer) => {
    const planned = await due();
    await arrange();
    expect(await proofs(planned)).toEqual([
      `pe.1: ${ofConnection}`,
      `pls: ${ofService}`,
      `kubernetes-internal: ${ofBalancer}`,
    ]);
  });

  test("a load balancer that does not exist keeps no Private Link Service", async () => {
    const planned = await due();
    run.network.balancers = [];
    run.resources.vanish(balancerId());
    expect((await proofs(planned))[1]).toBe("pls: may go");
  });

  test("a living cluster has to have confirmed since", async () => {
    run.network.clusters = [managedCluster()];
    run.network.allPrivateLinkServices = [];
    const confirm = (sequence: number) =>
      run.tables.feeds.transact("all", [
        {
          do: "put",
          key: "one",
          value: feed({
            sequence: 9,
            confirmed: { resourceVersion: "10", sequence, atUtc: run.clock.nowUtc },
          }),
        },
      ]);
    await confirm(9);
    await sweep();
    await confirm(10);
    await sweep();
    run.clock.advance(8 * DAY);
    await confirm(9);
    await expect(sweep()).rejects.toThrow(AwaitsReport);
    await confirm(10);
    const planned = await planDue(run);
    expect(await proofs(planned)).toEqual(["kubernetes-internal: may go"]);
    await confirm(9);
    expect(await proofs(planned)).toEqual([
      "kubernetes-internal: its cluster has not confirmed since that no Service uses it",
    ]);
  });

  test("of a frontend judges the frontend, not its load balancer", async () => {
    const dead = frontend({ name: baseName("ffffffff-1111-2222-3333-444444444444"), address: "10.0.1.77" });
    run.network.clusters = [managedCluster()];
    run.network.allPrivateLinkServices = [];
    run.network.balancers = [balancer({ frontends: [frontend(), dead] })];
    run.resources.place(balancerId(), balancerBody(run.network.balancers[0]!));
    await living();
    const confirm = (sequence: number) =>
      run.tables.feeds.transact("all", [
        {
          do: "put",
          key: "one",
          value: feed({
            sequence,
            atUtc: run.clock.nowUtc,
            confirmed: { resourceVersion: "10", sequence, atUtc: run.clock.nowUtc },
          }),
        },
      ]);
    await confirm(5);
    await sweep();
    await confirm(6);
    await sweep();
    run.clock.advance(8 * DAY);
    await confirm(7);
    await sweep().catch(() => undefined);
    await confirm(8);
    const planned = await planDue(run);
    expect(planned.plan.changes).toMatchObject([{ action: "update", resourceId: balancerId() }]);
    expect(await proofs(planned)).toEqual(["kubernetes-internal: may go"]);
    run.network.balancers = [balancer({ frontends: [frontend(), dead], otherFrontendUses: [dead.id] })];
    expect(await proofs(planned)).toEqual([`kubernetes-internal: ${NOT_PROVED}`]);
  });
});

describe("a sweep", () => {
  test("does what it can, and then fails with the subscription that it could not read", async () => {
    Object.assign(run.ports, { subscriptions: [SUBSCRIPTION, PARTNER] });
    await due();
    run.network.calls.failNext(new Error("403"), { method: "loadBalancers", after: 1, times: 1 });
    await expect(sweep()).rejects.toThrow(
      `the sweep left out what it could not read: subscription ${PARTNER}: 403`,
    );
    expect(run.resources.calls.count("remove")).toBeGreaterThan(0);
  });

  test("fails with what failed, and what was not deleted has to be confirmed again", async () => {
    await due();
    run.resources.calls.failNext(new Error("500"), { method: "remove", after: 1 });
    await expect(sweep()).rejects.toThrow("500");
    expect((await listQuarantine(run)).map(({ kind, isFinal }) => [kind, isFinal])).toEqual([
      ["loadBalancer", undefined],
      ["pls", undefined],
    ]);
  });

  test("names each cluster whose report is pending once, and retries soon", async () => {
    run.network.clusters = [managedCluster()];
    const confirm = () =>
      run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed({ atUtc: run.clock.nowUtc }) }]);
    await confirm();
    await sweep();
    run.clock.advance(8 * DAY);
    await confirm();
    const error = await sweep().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AwaitsReport);
    expect(error).toMatchObject({
      message: "waiting for the next report of one",
      retryAfterSeconds: 30,
    });
    expect((await run.tables.feeds.get("wanted", "one"))?.value.sequence).toBe(5);
  });

  test("counts in its budget everything that it saw", async () => {
    // A load balancer, a Private Link Service and a connection.
    expect((await due()).options.inSight).toBe(3);
  });

  test("does not run beside another one", async () => {
    await run.leases.acquire("sweep", "other");
    await expect(sweep()).rejects.toThrow(NotYet);
  });

  test("reports how many orphans wait, and a preview shows what it would do", async () => {
    await due();
    expect(
      (await previewDue(run)).plan.changes.map(({ resourceId }) => resourceId.split("/").at(-1)),
    ).toEqual(["pe.1", "pls", "kubernetes-internal"]);
    await sweep();
    const counted = run.metrics.of("mooring.orphans").filter(([count]) => count > 0);
    expect(counted).toEqual([
      [1, { kind: "loadBalancer", state: "waiting" }],
      [1, { kind: "pls", state: "waiting" }],
    ]);
  });

  test("takes every connection that goes with its Private Link Service", async () => {
    const other = connection({
      name: "pe.2",
      id: `${SERVICE.id}/privateEndpointConnections/pe.2`,
      status: "Disconnected",
    });
    run.network.allPrivateLinkServices = [{ ...SERVICE, connections: [other, PE] }];
    run.resources.place(other.id, {
      properties: {
        provisioningState: "Succeeded",
        privateLinkServiceConnectionState: { status: "Disconnected" },
      },
    });
    expect(await proofs(await due())).toEqual([
      "pe.2: may go",
      "pe.1: may go",
      "pls: may go",
      "kubernetes-internal: may go",
    ]);
  });

  test("that an operator requests does not run beside another one", async () => {
    const planned = await due();
    const alone = sweepAlone(createApply(run.resources), planned.parts);
    const cause = { why: "test", who: "ann", correlationId: "c" };
    await run.leases.acquire("sweep", "other");
    await expect(alone(run, planned.plan, cause, planned.options)).rejects.toThrow(NotYet);
    await run.leases.release("sweep", "other");
    expect(await alone(run, planned.plan, cause, planned.options)).toHaveLength(3);
  });

  test("is requested by what started it", async () => {
    await due();
    const causes: unknown[] = [];
    const apply: Apply = async (_run, _plan, cause) => {
      causes.push(cause);
      return [];
    };
    await sweepOrphans(run, apply, ITEM);
    expect(causes[0]).toEqual({ why: "timer", who: "system", correlationId: "c" });
  });

  const row = (resourceId: string): Quarantined => ({
    resourceId,
    kind: "pls",
    cluster: "one",
    reason: "r",
    evidence: [],
    quarantinedAtUtc: NOW,
    deleteAfterUtc: NOW,
    lastProvedAtUtc: NOW,
    subject: "s",
    sequence: 1,
    isFinal: true,
  });
  test.each<[Applied["outcome"], string[]]>([
    ["applied", []],
    ["refused", ["waits"]],
    ["failed", ["waits"]],
    ["left", ["waits"]],
    ["observed", ["final"]],
  ])("whose change was %s leaves its row as %j", async (outcome, expected) => {
    const rows = [row(plsIdIn("a")), row(plsIdIn("b"))];
    for (const one of rows)
      await run.tables.quarantine.transact("all", [
        { do: "put", key: one.resourceId.toLowerCase(), value: one },
      ]);
    const change: Change = {
      action: "delete",
      capability: "sweep",
      resourceId: plsIdIn("a").toUpperCase(),
      cluster: "one",
      reason: "r",
      evidence: [],
    };
    await recordSwept(run, rows, [{ change, outcome }]);
    const states = (await listQuarantine(run)).map(({ resourceId, isFinal }) => [
      resourceId,
      isFinal ? "final" : "waits",
    ]);
    expect(states).toEqual([...expected.map((state) => [plsIdIn("a"), state]), [plsIdIn("b"), "final"]]);
  });
});

describe("what operators ask about", () => {
  test("suspects come with their row, if they are in quarantine", async () => {
    expect((await readSuspects(run)).suspects.map(({ row }) => row)).toEqual([undefined, undefined]);
    await sweep();
    expect(
      (await readSuspects(run)).suspects.map(({ candidate: { kind }, row }) => [kind, row?.kind]),
    ).toEqual([
      ["loadBalancer", "loadBalancer"],
      ["pls", "pls"],
    ]);
  });

  const entry = (
    n: number,
    some: Partial<Change> = {},
    outcome: JournalEntry["outcome"] = "applied",
  ): JournalEntry => ({
    id: `j${n}`,
    change: {
      action: "delete",
      capability: "sweep",
      resourceId: plsIdIn("pls"),
      cluster: "one",
      reason: "an orphan",
      evidence: [],
      edits: [],
      ...some,
    } as Change,
    cause: { why: "w", who: "system", correlationId: "c" },
    policyVersion: "1",
    outcome,
    intendedAtUtc: NOW,
    beforeState: "s",
  });
  /** The first one is the newest. */
  const journal = async (...entries: JournalEntry[]) => {
    const newest = 9_999_999_999_999 - Date.parse(NOW);
    for (const [at, value] of entries.entries())
      await run.tables.journal.transact("all", [{ do: "put", key: `${newest + at}-${value.id}`, value }]);
  };

  test("what sweeps took, can be had back and was not, newest first", async () => {
    await journal(
      entry(0, { action: "create", reason: "undo of j9 (an orphan)" }),
      entry(1, { action: "create", reason: "undo of j3 (an orphan)" }),
      entry(2),
      entry(3),
      entry(4, {}, "failed"),
      entry(5, { resourceId: connection().id }),
      entry(6, { capability: "privateLinkServices" }),
      entry(7, { resourceId: balancerId() }),
    );
    const found = await listRestorable(run, "2026-11-23T11:00:00.000Z");
    expect(found.map(({ entry: { id }, losses }) => [id, losses.length])).toEqual([
      ["j2", 3],
      ["j7", 2],
    ]);
    expect(await listRestorable(run, "2026-11-23T12:00:01.000Z")).toEqual([]);
  });
});
