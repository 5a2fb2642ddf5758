import { beforeEach, describe, expect, test } from "vitest";
import {
  GROUP,
  NET,
  SCALE_SET,
  scaleSetBody,
  testArm,
  VNET,
  vnetBody,
  type TestArm,
} from "../builders/arm.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const NICS = `${SCALE_SET}/networkInterfaces?api-version=2018-10-01`;

let arm: TestArm;
beforeEach(async () => {
  arm = await testArm();
  await arm.put(GROUP, { location: "westeurope" });
  await arm.put(VNET, vnetBody());
  await arm.put(SCALE_SET, scaleSetBody(2, { perNode: 3 }));
});

const addresses = async (): Promise<string[][]> =>
  (await arm.send("GET", NICS)).body.value.map(({ properties }: any) =>
    properties.ipConfigurations.map((one: any) => one.properties.privateIPAddress),
  );

describe("a uniform scale set", () => {
  test("has an interface for each instance, with an address for each IP configuration", async () => {
    expect(await addresses()).toEqual([
      ["10.0.1.4", "10.0.1.5", "10.0.1.6"],
      ["10.0.1.7", "10.0.1.8", "10.0.1.9"],
    ]);
    const [first] = (await arm.send("GET", NICS)).body.value;
    const id = `${SCALE_SET}/virtualMachines/0/networkInterfaces/aks-pool-vmss`;
    expect(first).toMatchObject({
      id,
      properties: {
        virtualMachine: { id: `${SCALE_SET}/virtualMachines/0` },
        ipConfigurations: [
          { id: `${id}/ipConfigurations/ipconfig1`, properties: { primary: true } },
          { properties: { primary: false, subnet: { id: `${VNET}/subnets/apps` } } },
          {},
        ],
      },
    });
  });

  test("is not in the lists of network interfaces, as in Azure", async () => {
    for (const scope of [GROUP, `/subscriptions/${SUBSCRIPTION}`]) {
      const list = await arm.send("GET", `${scope}/providers/Microsoft.Network/networkInterfaces`);
      expect(list.body.value).toEqual([]);
    }
  });

  test("is counted by its subnet, each IP configuration by its id", async () => {
    const { ipConfigurations } = (await arm.send("GET", `${VNET}/subnets/apps`)).body.properties;
    expect(ipConfigurations).toHaveLength(6);
    expect(ipConfigurations[5].id).toBe(
      `${SCALE_SET}/virtualMachines/1/networkInterfaces/aks-pool-vmss/ipConfigurations/ipconfig3`,
    );
  });

  test("keeps the addresses of instances that stay, and frees those of instances that are deleted", async () => {
    const [first] = await addresses();
    await arm.put(SCALE_SET, scaleSetBody(1, { perNode: 3 }));
    expect(await addresses()).toEqual([first]);
    await arm.put(SCALE_SET, scaleSetBody(2, { perNode: 3 }));
    expect(await addresses()).toEqual([first, ["10.0.1.7", "10.0.1.8", "10.0.1.9"]]);
    await arm.send("DELETE", SCALE_SET);
    await arm.idle();
    expect((await arm.send("GET", `${VNET}/subnets/apps`)).body.properties.ipConfigurations).toBeUndefined();
  });
});

test.each([
  [
    "more addresses than its subnet has",
    scaleSetBody(1, { subnetId: `${VNET}/subnets/small` }),
    "SubnetIsFull",
  ],
  [
    "a subnet that does not exist",
    scaleSetBody(1, { subnetId: `${VNET}/subnets/none` }),
    "InvalidResourceReference",
  ],
  ["no network profile", { location: "westeurope", properties: {} }, "InvalidParameter"],
])("a scale set with %s is refused", async (_, body, code) => {
  expect((await arm.send("PUT", `${SCALE_SET}-2`, body)).said).toBe(`400 ${code}`);
});

test("a node's address is refused to a frontend", async () => {
  const frontend = {
    name: "fe",
    properties: {
      subnet: { id: `${VNET}/subnets/apps` },
      privateIPAllocationMethod: "Static",
      privateIPAddress: "10.0.1.5",
    },
  };
  const body = { location: "westeurope", properties: { frontendIPConfigurations: [frontend] } };
  expect((await arm.send("PUT", `${NET}/loadBalancers/x`, body)).said).toBe(
    "400 PrivateIPAddressIsAllocated",
  );
});
