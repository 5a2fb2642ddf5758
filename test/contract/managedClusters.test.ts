/** What a registration is compared with: managed clusters and node resource groups, in memory and through the real client. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LEAVE_TAG } from "../../dev/sandbox/arm/managedClusters.ts";
import { azureNetwork } from "../../shared/adapters/network.ts";
import { InvalidInput, Refused } from "../../shared/core/errors.ts";
import type { ManagedCluster, ResourceGroup } from "../../shared/azure/networkModel.ts";
import type { Network } from "../../shared/ports/network.ts";
import { GROUP, testArm, VNET, vnetBody, type TestArm } from "../builders/arm.ts";
import { serveArm } from "../builders/servedArm.ts";
import { MemoryNetwork } from "../memory/network.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const UNKNOWN_SUBSCRIPTION = "99999999-9999-4999-8999-999999999999";
const clusterId = (name: string) => `${GROUP}/providers/Microsoft.ContainerService/managedClusters/${name}`;
const groupId = (name: string) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/${name}`;

let directory: string;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-managed-"));
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await rm(directory, { recursive: true, force: true });
});

async function estate(): Promise<TestArm> {
  const arm = await testArm();
  await arm.put(GROUP, { location: "westeurope" });
  await arm.put(VNET, vnetBody());
  return arm;
}

const pools = (...subnets: string[]) => ({
  agentPoolProfiles: subnets.map((name) => ({ name, vnetSubnetID: `${VNET}/subnets/${name}` })),
});
const put = (arm: TestArm, name: string, properties: object = pools("apps")) =>
  arm.put(clusterId(name), { location: "westeurope", properties });

async function real(arm: TestArm): Promise<Network> {
  const served = await serveArm(arm, directory);
  closing.push(() => served.close());
  return azureNetwork(served.access);
}

/** Memory, filled with what the real client reads. */
async function memory(arm: TestArm): Promise<Network> {
  const network = await real(arm);
  const clusters: readonly ManagedCluster[] = await network.managedClusters(SUBSCRIPTION);
  const groups = [...arm.world.groups.values()].map(({ id, managedBy }): ResourceGroup => ({
    id,
    ...(managedBy && { managedBy }),
  }));
  return Object.assign(new MemoryNetwork(), { clusters: [...clusters], groups });
}

describe.each([
  ["memory", memory],
  ["the real client on the sandbox", real],
])("managed clusters on %s", (_, open) => {
  test("one, read by its id in any case, is the one in the list", async () => {
    const arm = await estate();
    await put(arm, "one", {
      nodeResourceGroup: "MC_one",
      agentPoolProfiles: [
        {
          name: "system",
          vnetSubnetID: `${VNET}/subnets/apps`,
          podSubnetID: `${VNET}/subnets/pls`,
        },
        { name: "user", vnetSubnetID: `${VNET}/subnets/apps` },
      ],
    });
    const network = await open(arm);
    const expected = {
      id: clusterId("one"),
      location: "westeurope",
      nodeResourceGroup: "MC_one",
      subnetIds: [`${VNET}/subnets/apps`, `${VNET}/subnets/pls`],
      provisioningState: "Succeeded",
      principalIds: [],
    };
    expect(await network.managedCluster(clusterId("one").toUpperCase())).toEqual(expected);
    expect(await network.managedClusters(SUBSCRIPTION)).toEqual([expected]);
  });

  test("has no subnets if AKS made its network, and a node resource group in any case", async () => {
    const arm = await estate();
    await put(arm, "plain", {});
    expect(await (await open(arm)).managedCluster(clusterId("plain"))).toMatchObject({
      subnetIds: [],
      nodeResourceGroup: "MC_rg_plain_westeurope",
    });
  });

  test("that does not exist is absent, and so is one whose resource group does not exist", async () => {
    const network = await open(await estate());
    expect(await network.managedCluster(clusterId("none"))).toBeUndefined();
    const elsewhere = clusterId("one").replace("/resourceGroups/rg/", "/resourceGroups/none/");
    expect(await network.managedCluster(elsewhere)).toBeUndefined();
  });

  test("a node resource group names its cluster, and is deleted with it", async () => {
    const arm = await estate();
    await put(arm, "one", { nodeResourceGroup: "MC_one" });
    expect(await (await open(arm)).resourceGroup(SUBSCRIPTION, "mc_ONE")).toEqual({
      id: groupId("MC_one"),
      managedBy: clusterId("one"),
    });
    await arm.send("DELETE", clusterId("one"));
    await arm.idle();
    const network = await open(arm);
    expect(await network.resourceGroup(SUBSCRIPTION, "MC_one")).toBeUndefined();
    expect(await network.resourceGroup(SUBSCRIPTION, "rg")).toEqual({ id: GROUP });
  });

  test("a node resource group that was left behind goes to the cluster that takes it", async () => {
    const arm = await estate();
    const leaving = { location: "westeurope", tags: { [LEAVE_TAG]: "true" } };
    await arm.put(clusterId("old"), { ...leaving, properties: { nodeResourceGroup: "MC_shared" } });
    await arm.send("DELETE", clusterId("old"));
    await arm.idle();
    const before = await open(arm);
    expect(await before.managedCluster(clusterId("old"))).toBeUndefined();
    expect((await before.resourceGroup(SUBSCRIPTION, "MC_shared"))?.managedBy).toBe(clusterId("old"));
    await put(arm, "new", { nodeResourceGroup: "MC_shared" });
    const after = await open(arm);
    expect((await after.resourceGroup(SUBSCRIPTION, "MC_shared"))?.managedBy).toBe(clusterId("new"));
  });

  test("a group names what a test makes it name", async () => {
    const arm = await estate();
    await put(arm, "one", { nodeResourceGroup: "MC_one" });
    await arm.put(groupId("MC_one"), { location: "westeurope", managedBy: clusterId("two") });
    expect((await (await open(arm)).resourceGroup(SUBSCRIPTION, "MC_one"))?.managedBy).toBe(clusterId("two"));
  });
});

describe("what ARM does not answer", () => {
  test("a subscription that is not visible is no absence", async () => {
    const network = await real(await estate());
    const hidden = clusterId("one").replace(SUBSCRIPTION, UNKNOWN_SUBSCRIPTION);
    await expect(network.managedCluster(hidden)).rejects.toThrow(Refused);
    await expect(network.resourceGroup(UNKNOWN_SUBSCRIPTION, "rg")).rejects.toThrow(Refused);
  });

  test.each([
    [404, "NotFound", Refused],
    [404, "ParentResourceNotFound", Refused],
    [404, "SomethingNew", Refused],
    [403, "AuthorizationFailed", Refused],
  ])("%i %s is no absence", async (status, code, expected) => {
    const arm = await estate();
    arm.faults.add({ path: "managedClusters", action: { kind: "error", status, code } });
    arm.faults.add({ path: "resourceGroups/MC_one", action: { kind: "error", status, code } });
    const network = await real(arm);
    await expect(network.managedCluster(clusterId("one"))).rejects.toThrow(expected);
    await expect(network.resourceGroup(SUBSCRIPTION, "MC_one")).rejects.toThrow(expected);
  });

  test("an id of another type and a name with a slash are never sent", async () => {
    const network = await real(await estate());
    await expect(network.managedCluster(VNET)).rejects.toThrow(InvalidInput);
    await expect(network.resourceGroup(SUBSCRIPTION, "rg/providers")).rejects.toThrow(InvalidInput);
  });
});

test("the sandbox refuses a node resource group that an existing cluster manages", async () => {
  const arm = await estate();
  await put(arm, "one", { nodeResourceGroup: "MC_one" });
  const answer = await arm.send("PUT", clusterId("two"), { properties: { nodeResourceGroup: "mc_ONE" } });
  expect(answer.said).toBe("409 NodeResourceGroupInUse");
});
