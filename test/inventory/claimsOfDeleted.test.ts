/** Claims of a cluster that was deleted: they end by the proof of design §3.3 and when Azure has freed the address, and not before. */
import { describe, expect, test } from "vitest";
import type { AdmissionResponse } from "../../shared/admission/review.ts";
import { checkVnet } from "../../shared/audit/gather/vnet.ts";
import { readPolicy } from "../../shared/policy/policyStore.ts";
import { lookUpAddress } from "../../shared/ip/lookUp.ts";
import { plsNamePartition } from "../../shared/inventory/places.ts";
import { ClaimWorld, type Wish } from "../builders/claimWorld.ts";
import {
  balancer,
  balancerId,
  cluster,
  frontend,
  plsIdIn,
  managedCluster,
  subnetId,
  VNET,
} from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const IP = "10.0.1.50";
const WEB: Wish = { address: IP };
const HOUR = 3600;

const denied = ({ allowed, status }: AdmissionResponse) =>
  allowed ? "allowed" : (status?.message ?? "denied");
const warned = ({ allowed, warnings }: AdmissionResponse) =>
  allowed ? (warnings ?? []).join("\n") : "denied";

/** A Service of cluster `one` lives, then the cluster is deleted. */
async function lost(wish: Wish = WEB, left = false): Promise<ClaimWorld> {
  const world = await new ClaimWorld().start();
  expect((await world.create("one/web", wish)).allowed).toBe(true);
  await world.settle();
  world.deleteCluster("one", left);
  return world;
}

/** Cluster `two` reports on; the scans are far enough apart to be independent. */
async function pass(world: ClaimWorld, seconds: number): Promise<void> {
  world.run.clock.advance(seconds);
  await world.list("two");
  for (let scan = 0; scan < 3; scan += 1) await world.scan();
}

const deletionOf = async (world: ClaimWorld) =>
  (await world.run.tables.clusters.get("all", "one"))?.value.deletion;

describe("claims of a deleted cluster", () => {
  test("end once the proof is complete and Azure has freed the address", async () => {
    const world = await lost();
    await pass(world, 2 * HOUR);
    expect(await world.row(IP)).toBeUndefined();
    expect(denied(await world.create("two/web", WEB))).toBe("allowed");
  });

  test("stay while the cluster reported within the stale time", async () => {
    const world = await lost();
    await pass(world, 600);
    expect(await world.claimants(IP)).toEqual(["one/web"]);
    expect(await deletionOf(world)).toMatchObject({ missing: expect.stringContaining("it reported at") });
    await pass(world, HOUR);
    expect(await world.row(IP)).toBeUndefined();
  });

  test("stay while Azure assigns the address", async () => {
    const world = await lost(WEB, true);
    await pass(world, 2 * HOUR);
    expect(await world.claimants(IP)).toEqual(["one/web"]);
    world.run.network.uses = [];
    await pass(world, 60);
    expect(await world.row(IP)).toBeUndefined();
  });

  test("stay while a subnet counts what no list shows in its node resource group", async () => {
    const world = await lost();
    const holderId = `${balancerId("MC_one")}/frontendIPConfigurations/other`;
    world.run.network.hiddenUses = [{ address: "10.0.1.99", subnetId: subnetId("apps"), holderId }];
    await pass(world, 2 * HOUR);
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test.each<[string, (world: ClaimWorld) => void]>([
    [
      "the managed cluster exists",
      ({ run }) =>
        run.network.clusters.push(managedCluster({ id: cluster().resourceId, nodeResourceGroup: "MC_one" })),
    ],
    [
      "another managed cluster has its node resource group",
      ({ run }) =>
        run.network.clusters.push(
          managedCluster({ id: `${cluster().resourceId}-b`, nodeResourceGroup: "mc_ONE" }),
        ),
    ],
    [
      "its node resource group is managed by another cluster",
      ({ run }) =>
        run.network.groups.push({
          id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/MC_one`,
          managedBy: `${cluster().resourceId}-b`,
        }),
    ],
    [
      "a backend pool in its node resource group has members",
      ({ run }) =>
        run.network.balancers.push(
          balancer({
            frontends: [frontend({ address: "10.0.1.98" })],
            pools: [{ id: "", name: "kubernetes", members: 2 }],
          }),
        ),
    ],
    [
      "a subnet counts a node, though no list shows its load balancer",
      ({ run }) => {
        const holderId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/MC_one/providers/Microsoft.Network/networkInterfaces/n`;
        run.network.allSubnets.push({
          ...(run.network.allSubnets[0] ?? expect.fail()),
          id: subnetId("b"),
          name: "b",
        });
        run.network.uses.push({ address: "10.0.2.9", subnetId: subnetId("b"), holderId });
      },
    ],
    [
      "the managed clusters cannot be listed",
      ({ run }) =>
        run.network.calls.failNext(new Error("forbidden"), { method: "managedClusters", times: 9 }),
    ],
    [
      "whether it exists cannot be read",
      ({ run }) => run.network.calls.failNext(new Error("forbidden"), { method: "managedCluster", times: 9 }),
    ],
    [
      "the load balancers cannot be listed",
      ({ run }) => run.network.calls.failNext(new Error("forbidden"), { method: "loadBalancers", times: 9 }),
    ],
  ])("stay if %s", async (_, happen) => {
    const world = await lost();
    happen(world);
    await pass(world, 2 * HOUR);
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("stay if its registration was not checked", async () => {
    const world = await lost();
    const value = { ...cluster({ nodeResourceGroup: "MC_one" }), unchecked: { reason: "why", atUtc: "" } };
    await world.run.tables.clusters.transact("all", [{ do: "put", key: "one", value }]);
    await pass(world, 2 * HOUR);
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("stay if a request of it is admitted between the proof and the end", async () => {
    const world = await lost();
    await pass(world, 600);
    world.run.clock.advance(2 * HOUR);
    const { network } = world.run;
    const subnets = network.subnets.bind(network);
    network.subnets = async (subscription) => {
      await world.create("one/late", { address: "10.0.1.77" }, "refused");
      return subnets(subscription);
    };
    await world.scan();
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("are not recorded again by an audit, which reports nothing of them", async () => {
    const world = await lost();
    await pass(world, 2 * HOUR);
    const { policy } = await readPolicy(world.run);
    expect((await world.create("two/web", WEB)).allowed).toBe(true);
    await world.list("two");
    const { found } = await checkVnet(world.run, policy, VNET);
    expect(found.filter(({ id }) => id.startsWith("address-"))).toEqual([]);
    expect(await world.claimants(IP)).toEqual(["two/web"]);
  });

  test("are recorded again if the cluster comes back", async () => {
    const world = await lost();
    await pass(world, 2 * HOUR);
    world.run.network.clusters.push(
      managedCluster({ id: cluster().resourceId, nodeResourceGroup: "MC_one" }),
    );
    await world.scan();
    expect(await deletionOf(world)).toBeUndefined();
    const { policy } = await readPolicy(world.run);
    await checkVnet(world.run, policy, VNET);
    expect(await world.claimants(IP)).toEqual(["one/web"]);
  });

  test("of Private Link Service names end as well, when ARM has no such Private Link Service", async () => {
    const world = await lost({ ...WEB, pls: "shared" });
    const names = () => world.run.tables.addresses.rows().filter(({ key }) => key.endsWith("/shared"));
    expect(names()).toMatchObject([{ partition: plsNamePartition(SUBSCRIPTION) }]);
    await pass(world, 600);
    expect(names()).toHaveLength(1);
    await pass(world, HOUR);
    expect(names()).toEqual([]);
    expect(plsIdIn("shared", "rg-pls")).toContain("/shared");
  });
});

describe("a Service restored elsewhere", () => {
  test("is refused with the deletion of the holder's cluster, and the time when its claims end", async () => {
    const world = await lost();
    const heard = (await world.run.tables.feeds.get("all", "one"))?.value.heardAtUtc ?? "";
    const ends = new Date(Date.parse(heard) + 60 * 60_000).toISOString();
    await pass(world, 600);
    expect(denied(await world.create("two/web", WEB))).toContain(
      `10.0.1.50 is declared by Service one/shop/web; its cluster one was deleted: its claims end after ${ends} if nothing is received from it until then; retry after that`,
    );
  });

  test("is refused with what is missing for the proof", async () => {
    const world = await lost();
    const pools = [{ id: "", name: "kubernetes", members: 2 }];
    world.run.network.balancers.push(balancer({ frontends: [frontend({ address: "10.0.1.98" })], pools }));
    await pass(world, 2 * HOUR);
    expect(denied(await world.create("two/web", WEB))).toContain(
      "its cluster one was deleted, which is not proved (backend pool kubernetes has 2 members): an operator runs `mooring clusters remove one`",
    );
  });

  test("is refused with what the cluster left in Azure, and how it is removed", async () => {
    const world = await lost(WEB, true);
    await pass(world, 2 * HOUR);
    expect(denied(await world.create("two/web", WEB))).toContain(
      "10.0.1.50 is in use by Service one/shop/web; its cluster one was deleted: load balancer kubernetes-internal, which it left, has the address until it is deleted; the next sweep looks at it",
    );
    await quarantine(world, "2026-11-25T00:00:00.000Z");
    expect(denied(await world.create("two/web", WEB))).toContain(
      "load balancer kubernetes-internal, which it left, has the address until it is deleted: an operator runs `mooring orphans sweep` after 2026-11-25T00:00:00.000Z",
    );
  });

  test("is refused with the time when Mooring deletes it, if policy allows", async () => {
    const world = new ClaimWorld();
    await world.start({ modes: { sweep: "enforce" } });
    await world.create("one/web", WEB);
    await world.settle();
    world.deleteCluster("one", true);
    await pass(world, 2 * HOUR);
    await quarantine(world, "2026-11-25T00:00:00.000Z");
    expect(denied(await world.create("two/web", WEB))).toContain(
      "has the address until it is deleted: Mooring deletes it after 2026-11-25T00:00:00.000Z",
    );
  });

  test("takes over what Azure has freed at once, with a warning, when the deletion is proved", async () => {
    const world = await lost(WEB, true);
    await pass(world, 2 * HOUR);
    const row = (await world.row(IP)) ?? expect.fail();
    const { assignment: _freed, ...value } = row;
    const [{ partition, key } = expect.fail()] = world.run.tables.addresses.rows();
    await world.run.tables.addresses.transact(partition, [{ do: "put", key, value }]);
    expect(warned(await world.create("two/web", WEB))).toContain(
      "10.0.1.50 is taken over from Service one/shop/web, whose cluster was deleted",
    );
  });

  test("may name the lost Service in `mooring.dev/replaces` beforehand", async () => {
    const world = await lost(WEB, true);
    await pass(world, 2 * HOUR);
    expect(warned(await world.create("two/web", { ...WEB, replaces: "one/shop/web" }))).toContain(
      "is taken over from Service one/shop/web, whose cluster was deleted: pending until",
    );
  });

  test("in the very cluster that was taken for deleted finds its neighbours' claims alive", async () => {
    const world = await lost();
    const [{ partition, key, value } = expect.fail()] = world.run.tables.addresses.rows();
    await pass(world, 2 * HOUR);
    await world.run.tables.addresses.transact(partition, [{ do: "put", key, value }]);
    expect(denied(await world.create("one/other", WEB))).toContain("is in use by Service one/shop/web");
  });
});

test("`mooring ip who` shows the claims of a deleted cluster as ended", async () => {
  const world = await lost(WEB, true);
  await pass(world, 2 * HOUR);
  const { subnets } = await lookUpAddress(world.run, IP);
  expect(subnets).toMatchObject([{ claims: [{ service: "one/shop/web", status: "ended" }] }]);
});

async function quarantine(world: ClaimWorld, deleteAfterUtc: string): Promise<void> {
  const at = world.run.clock.nowUtc;
  const value = {
    resourceId: balancerId("MC_one"),
    kind: "loadBalancer" as const,
    cluster: "one",
    reason: "",
    evidence: [],
    quarantinedAtUtc: at,
    deleteAfterUtc,
    lastProvedAtUtc: at,
    subject: "",
    sequence: 0,
  };
  await world.run.tables.quarantine.transact("all", [
    { do: "put", key: balancerId("MC_one").toLowerCase(), value },
  ]);
}
