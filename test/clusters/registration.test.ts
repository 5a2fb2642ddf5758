/** Registration reads ARM and refuses values that do not match; nothing is registered twice, even by concurrent registrations. */
import { beforeEach, describe, expect, test } from "vitest";
import { listClusters, registerCluster, removeCluster } from "../../shared/declarations/registry.ts";
import { InvalidInput, Refused } from "../../shared/core/errors.ts";
import { cluster, managedCluster, subnetId, VNET } from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const { resourceId, nodeResourceGroup, vnetId, defaultSubnet } = cluster();
const place = { name: "one", resourceId, nodeResourceGroup, vnetId, defaultSubnet };
const OTHER_VNET = VNET.replace("/vnet", "/other");
const groupId = (name: string) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/${name}`;
const idOf = (name: string) => cluster({ name }).resourceId;

const azureSubnet = (id: string) => ({
  id,
  vnetId: id.slice(0, id.lastIndexOf("/subnets/")),
  name: id.split("/").at(-1) ?? "",
  prefixes: ["10.0.1.0/24"],
  delegations: [],
  plsNetworkPolicies: "Enabled" as const,
});

let run: MemoryRun;
beforeEach(() => {
  run = memoryRun();
  run.network.clusters = [managedCluster()];
  run.network.groups = [{ id: groupId("MC_one"), managedBy: resourceId }];
  run.network.allSubnets = [
    azureSubnet(subnetId("apps")),
    azureSubnet(subnetId("pls")),
    azureSubnet(`${OTHER_VNET}/subnets/apps`),
  ];
});

async function problemsOf(registration: object): Promise<readonly string[]> {
  const error = await registerCluster(run, registration).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidInput);
  expect(await listClusters(run)).toEqual([]);
  return (error as InvalidInput).problems;
}

describe("registration against ARM", () => {
  test("stores what matches", async () => {
    expect((await registerCluster(run, place)).token).toMatch(/^[\w-]{43}$/);
    expect(await listClusters(run)).toMatchObject([place]);
  });

  test("takes what is left out from ARM", async () => {
    await registerCluster(run, { name: "one", resourceId: resourceId.toUpperCase() });
    expect(await listClusters(run)).toMatchObject([place]);
  });

  test("takes the first agent pool's subnet as the default", async () => {
    run.network.clusters = [managedCluster({ subnetIds: [subnetId("pls"), subnetId("apps")] })];
    await registerCluster(run, { name: "one", resourceId });
    expect(await listClusters(run)).toMatchObject([{ vnetId, defaultSubnet: "pls" }]);
  });

  test("finds the network that AKS made in the node resource group", async () => {
    const made = `${groupId("MC_one")}/providers/Microsoft.Network/virtualNetworks/aks-vnet-1`;
    run.network.clusters = [managedCluster({ subnetIds: [] })];
    run.network.allSubnets.push(azureSubnet(`${made}/subnets/aks-subnet`));
    await registerCluster(run, { name: "one", resourceId });
    expect(await listClusters(run)).toMatchObject([{ vnetId: made, defaultSubnet: "aks-subnet" }]);
  });

  test("names every wrong value and the right one at once", async () => {
    const wrong = { nodeResourceGroup: "MC_two", vnetId: OTHER_VNET, defaultSubnet: "nodes" };
    expect(await problemsOf({ ...place, ...wrong })).toEqual([
      "nodeResourceGroup: MC_two is not the node resource group of managed cluster one; it is MC_one",
      "vnetId: the agent pools of managed cluster one are not in virtual network other; they are in vnet " +
        `(${VNET})`,
      "defaultSubnet: virtual network vnet has no subnet nodes; available: apps, pls",
    ]);
  });

  test("a network that does not exist is named with the cluster's own", async () => {
    expect(await problemsOf({ ...place, vnetId: VNET.replace("/vnet", "/gone") })).toEqual([
      `vnetId: virtual network gone does not exist or is not visible to Mooring; managed cluster one is in vnet (${VNET})`,
    ]);
  });

  test("a managed cluster that does not exist is named with those of that subscription", async () => {
    expect(await problemsOf({ ...place, resourceId: idOf("on") })).toEqual([
      "resourceId: managed cluster on does not exist in resource group rg-one; " +
        "clusters in the subscription: rg-one/one",
    ]);
  });

  test("with a wrong cluster, a wrong network and subnet are named too", async () => {
    const wrong = { resourceId: idOf("on"), vnetId: OTHER_VNET, defaultSubnet: "nodes" };
    expect(await problemsOf({ ...place, ...wrong })).toEqual([
      expect.stringMatching(/^resourceId: /),
      "defaultSubnet: virtual network other has no subnet nodes; available: apps",
    ]);
  });

  test("a node resource group of another cluster is refused", async () => {
    run.network.groups = [{ id: groupId("MC_one"), managedBy: idOf("two") }];
    expect(await problemsOf(place)).toEqual([
      `nodeResourceGroup: MC_one is managed by ${idOf("two")}, not by managed cluster one`,
    ]);
  });

  test("a node resource group that does not exist is refused", async () => {
    run.network.groups = [];
    expect(await problemsOf(place)).toEqual(["nodeResourceGroup: resource group MC_one does not exist"]);
  });

  test("agent pools in two networks fit no registration", async () => {
    run.network.clusters = [managedCluster({ subnetIds: [subnetId("apps"), `${OTHER_VNET}/subnets/apps`] })];
    expect(await problemsOf(place)).toEqual([
      `vnetId: the agent pools of managed cluster one are in several virtual networks: ${VNET}, ${OTHER_VNET}`,
    ]);
  });

  test("what cannot be read registers nothing", async () => {
    run.network.calls.failNext(new Refused("403"), { method: "managedCluster" });
    await expect(registerCluster(run, place)).rejects.toThrow(Refused);
    expect(await listClusters(run)).toEqual([]);
  });
});

describe("unchecked registration", () => {
  const unchecked = { ...place, unchecked: "ARM is not reachable from here" };

  test("does not call ARM and records the reason", async () => {
    run.network.clusters = [];
    await registerCluster(run, unchecked);
    expect(run.network.calls.calls).toEqual([]);
    expect(await listClusters(run)).toMatchObject([
      { ...place, unchecked: { reason: "ARM is not reachable from here", atUtc: run.clock.nowUtc } },
    ]);
  });

  test("needs a reason and every value", async () => {
    expect(await problemsOf({ name: "one", resourceId, unchecked: " " })).toEqual([
      "nodeResourceGroup: required with unchecked",
      "vnetId: required with unchecked",
      "defaultSubnet: required with unchecked",
      "unchecked: must be a reason of 1 to 500 characters",
    ]);
  });
});

describe("registered once", () => {
  const second = (some: object) => ({ ...place, name: "two", unchecked: "test", ...some });

  test.each([
    ["managed cluster", { nodeResourceGroup: "MC_two", resourceId: resourceId.toUpperCase() }],
    ["node resource group", { nodeResourceGroup: "mc_ONE", resourceId: idOf("two") }],
  ])("a %s, compared without case", async (what, some) => {
    await registerCluster(run, place);
    await expect(registerCluster(run, second(some))).rejects.toThrow(
      new RegExp(`${what} .* is already registered as cluster one`, "i"),
    );
    expect((await listClusters(run)).map(({ name }) => name)).toEqual(["one"]);
    await removeCluster(run, "one");
    await registerCluster(run, second(some));
  });

  test("both are named at once, also where they are two clusters'", async () => {
    await registerCluster(run, place);
    await registerCluster(run, second({ resourceId: idOf("two"), nodeResourceGroup: "MC_two" }));
    const third = { ...place, name: "three", unchecked: "test", nodeResourceGroup: "MC_two" };
    const error = await registerCluster(run, third).catch((thrown: unknown) => thrown);
    expect((error as InvalidInput).problems).toEqual([
      expect.stringMatching(/^resourceId: .* as cluster one/),
      expect.stringMatching(/^nodeResourceGroup: .* as cluster two/),
    ]);
  });

  test("one node resource group name in two subscriptions is two groups", async () => {
    await registerCluster(run, place);
    const elsewhere = idOf("two").replace(SUBSCRIPTION, "99999999-9999-4999-8999-999999999999");
    await registerCluster(run, second({ resourceId: elsewhere }));
    expect(await listClusters(run)).toHaveLength(2);
  });

  test("a name that is taken keeps its token and what it declared", async () => {
    await registerCluster(run, place);
    await expect(registerCluster(run, place)).rejects.toThrow("cluster one is already registered");
  });

  // Rows of an earlier version have no such fields.
  test("rows that were stored by an earlier version count", async () => {
    await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
    await expect(registerCluster(run, second({}))).rejects.toThrow(/as cluster one/);
  });

  test.each(["get", "list", "transact"])(
    "of two registrations at once one holds, however they meet (%s)",
    async (method) => {
      const both = [place, second({})].map((one, index) =>
        index === 0 ? registerCluster(run, one) : late(method).then(() => registerCluster(run, one)),
      );
      const ended = await Promise.allSettled(both);
      expect(ended.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
      expect(await listClusters(run)).toHaveLength(1);
    },
  );

  /** Resolves at the first such call of the table. */
  async function late(method: string): Promise<void> {
    while (run.tables.clusters.calls.count(method) === 0) await Promise.resolve();
  }

  test("forty at once are all registered", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `c${index}`);
    await Promise.all(
      names.map((name) =>
        registerCluster(run, second({ name, resourceId: idOf(name), nodeResourceGroup: `MC_${name}` })),
      ),
    );
    expect(await listClusters(run)).toHaveLength(40);
  });
});
