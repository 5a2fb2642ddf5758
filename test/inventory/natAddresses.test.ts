/** Claims of NAT addresses, and of names, after their Private Link Service was made for another Service. */
import { expect, test } from "vitest";
import { removeCluster } from "../../shared/declarations/registry.ts";
import { checkVnet } from "../../shared/audit/gather/vnet.ts";
import { readPolicy } from "../../shared/policy/policyStore.ts";
import { ClaimWorld, SUBNET, type Wish } from "../builders/claimWorld.ts";
import { balancerId, pls, plsIdIn, VNET } from "../builders/world.ts";

const NAT = "10.0.1.60";
const FIRST: Wish = { address: "10.0.1.50", pls: "pls-first", natAddress: NAT };

/**
 * Resources that the controller of a cluster creates for a Private Link Service: the interface has the
 * address.
 */
function build(world: ClaimWorld, name: string, { where = "one", owner = "shop/web" } = {}): void {
  const id = plsIdIn(name, "rg-pls");
  const tags = { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": owner };
  const frontendIds = [`${balancerId(`MC_${where}`)}/frontendIPConfigurations/a`];
  const { network } = world.run;
  network.allPrivateLinkServices = [pls({ id, name, tags, frontendIds })];
  const interfaceId = plsIdIn(name, "rg-pls").replace("privateLinkServices", "networkInterfaces");
  const others = network.uses.filter(({ address }) => address !== NAT);
  network.uses = [...others, { address: NAT, subnetId: SUBNET, holderId: id, interfaceId }];
}

async function started(): Promise<ClaimWorld> {
  const world = await new ClaimWorld().start();
  expect((await world.create("one/web", FIRST)).allowed).toBe(true);
  build(world, "pls-first");
  await world.settle();
  return world;
}

test.each<[string, Wish, string]>([
  ["of another name", { ...FIRST, pls: "pls-next" }, "pls-next"],
  ["of the same name", FIRST, "pls-first"],
])("the address belongs to the next Service when it has a Private Link Service %s", async (_, wish, name) => {
  const world = await started();
  const next = await world.create("one/next", { ...wish, replaces: "shop/web", ports: [443] });
  expect(next.status?.message ?? "allowed").toBe("allowed");
  await world.settle();
  expect(await world.claimants(NAT)).toEqual(["one/next", "one/web"]);
  await world.remove("one/web");
  build(world, name, { owner: "shop/next" });
  await world.settle();
  expect(await world.claimants(NAT)).toEqual(["one/next"]);
  expect(await world.claimants(name)).toEqual(["one/next"]);
});

test("the claim stays while the Service's own Private Link Service has the address", async () => {
  const world = await started();
  await world.update("one/web", { ...FIRST, natAddress: "10.0.1.61" });
  await world.settle();
  expect(await world.claimants(NAT)).toEqual(["one/web"]);
  world.run.network.uses = world.run.network.uses.filter(({ address }) => address !== NAT);
  await world.settle();
  expect(await world.claimants(NAT)).toEqual([]);
});

test("the claim stays while a Private Link Service without a tag has the address, or one that no list shows", async () => {
  const world = await started();
  await world.remove("one/web");
  const [built = expect.fail()] = world.run.network.allPrivateLinkServices;
  world.run.network.allPrivateLinkServices = [{ ...built, tags: {} }];
  await world.settle();
  expect(await world.claimants(NAT)).toEqual(["one/web"]);
  world.run.network.allPrivateLinkServices = [];
  await world.settle();
  expect(await world.claimants(NAT)).toEqual(["one/web"]);
});

test.each(["deleted", "removed"])(
  "claims of a %s cluster end when the restored Service of the same name has its Private Link Service elsewhere",
  async (how) => {
    const world = await started();
    world.deleteCluster("one");
    if (how === "removed") await removeCluster(world.run, "one");
    // What the cluster left was deleted; the claims outlive it until the next scan.
    [world.run.network.allPrivateLinkServices, world.run.network.uses] = [[], []];
    const { privateLinkServices } = world.run.tables;
    for (const { partition, key } of privateLinkServices.rows())
      await privateLinkServices.transact(partition, [{ do: "remove", key }]);
    for (const { partition, key, value } of world.run.tables.addresses.rows()) {
      const { assignment: _freed, ...rest } = value;
      await world.run.tables.addresses.transact(partition, [{ do: "put", key, value: rest }]);
    }
    const next = await world.create("two/web", { ...FIRST, replaces: "one/shop/web" });
    expect(next.status?.message ?? "allowed").toBe("allowed");
    build(world, "pls-first", { where: "two" });
    world.run.clock.advance(7200);
    await world.list("two");
    await world.settle();
    for (const place of [NAT, "pls-first", "10.0.1.50"])
      expect(await world.claimants(place)).toEqual(["two/web"]);
  },
);

test("an audit reports a claimed address that a node or a pod uses", async () => {
  const world = await new ClaimWorld().start();
  await world.create("one/web", { address: "10.0.1.50", pls: "pls-first", natAddress: NAT });
  await world.list("one");
  const set =
    "/providers/Microsoft.Compute/virtualMachineScaleSets/aks-pool/virtualMachines/3/networkInterfaces/nic";
  const holderId = `${plsIdIn("x").split("/providers/")[0]}${set}`;
  world.run.network.uses = ["10.0.1.50", NAT].map((address) => ({ address, subnetId: SUBNET, holderId }));
  await world.scan();
  expect(await world.claimants(NAT)).toEqual(["one/web"]);
  const { policy } = await readPolicy(world.run);
  const { found } = await checkVnet(world.run, policy, VNET);
  expect(found.filter(({ id }) => id === "address-in-use").map(({ message }) => message)).toEqual([
    "the Service requests 10.0.1.50 for its frontend; in subnet apps the address is assigned to instance 3 of scale set aks-pool",
    `the Service requests ${NAT} for its Private Link Service; in subnet apps the address is assigned to instance 3 of scale set aks-pool`,
  ]);
});

test("the name of a Private Link Service that Azure has is handed over by policy only", async () => {
  const world = await new ClaimWorld().start({ claims: { plannedMoves: "never" } });
  await world.create("one/web", FIRST);
  build(world, "pls-first");
  await world.settle();
  const next = { address: "10.0.1.51", pls: "pls-first", replaces: "shop/web" };
  expect((await world.create("one/next", next)).status?.message).toContain("[pls-name-claimed]");
  expect((await world.create("one/next", { ...next, replaces: "shop/other" })).allowed).toBe(false);
});
