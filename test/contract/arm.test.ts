import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AdditionalPolicyConfig } from "@azure-rest/core-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { azureNetwork } from "../../shared/adapters/network.ts";
import { openResources } from "../../shared/adapters/resources.ts";
import type { JsonObject, ResourceReader, ResourceWriter } from "../../shared/ports/resources.ts";
import { Conflict, InvalidInput, NotYet, Refused, ResultUnknown } from "../../shared/core/errors.ts";
import type { Network } from "../../shared/ports/network.ts";
import {
  BALANCER,
  ENDPOINT,
  endpointBody,
  GATEWAY,
  gatewayBody,
  GROUP,
  PLS,
  armWithPls,
  NET,
  SCALE_SET,
  scaleSetBody,
  VNET,
  type TestArm,
} from "../builders/arm.ts";
import type { NewFault } from "../../dev/sandbox/arm/faults.ts";
import { serveArm } from "../builders/servedArm.ts";
import { MemoryNetwork } from "../memory/network.ts";
import { MemoryResources } from "../memory/resources.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { PARTNER } from "../builders/world.ts";

let directory: string;
const closing: (() => Promise<unknown>)[] = [];

interface World {
  network: Network;
  resources: ResourceReader & ResourceWriter;
  arm: TestArm;
}

/** The real SDK over https, with a token from the managed identity endpoint. */
async function real(): Promise<World> {
  const arm = await armWithPls({ pageSize: 2 });
  for (const name of ["one", "two", "three"])
    await arm.put(`${GROUP}/providers/Microsoft.ContainerService/managedClusters/${name}`, {
      location: "westeurope",
    });
  await arm.put(SCALE_SET, scaleSetBody(3, { perNode: 2 }));
  await arm.put(GATEWAY, gatewayBody());
  const served = await serveArm(arm, directory);
  closing.push(() => served.close());
  const { access } = served;
  return { arm, network: azureNetwork(access), resources: openResources(access) };
}

const usesIn = async (network: Network) =>
  (
    await Promise.all(
      [
        network.interfaceUses(SUBSCRIPTION),
        network.gatewayUses(SUBSCRIPTION),
        network.frontendUses(SUBSCRIPTION),
        network.scaleSetUses(SCALE_SET),
      ].map((uses) => Array.fromAsync(uses)),
    )
  ).flat();

/** Memory, filled with what the real one reads. */
async function memory(): Promise<World> {
  const { arm, network, resources } = await real();
  const fake = Object.assign(new MemoryNetwork(), {
    allSubnets: [...(await network.subnets(SUBSCRIPTION))],
    balancers: [...(await network.loadBalancers(SUBSCRIPTION))],
    allPrivateLinkServices: [...(await network.privateLinkServices(SUBSCRIPTION))],
    clusters: [...(await network.managedClusters(SUBSCRIPTION))],
    uses: await usesIn(network),
    hiddenUses: [
      {
        address: "10.0.3.4",
        subnetId: `${VNET}/subnets/small`,
        holderId: `${GATEWAY}/gatewayIPConfigurations/instances`,
      },
    ],
  });
  const kept = new MemoryResources();
  for (const id of [PLS, BALANCER]) kept.place(id, (await resources.read(id))?.body as JsonObject);
  return { arm, network: fake, resources: kept };
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-contract-"));
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await rm(directory, { recursive: true, force: true });
});

describe.each([
  ["memory", memory],
  ["the real SDK on the sandbox", real],
])("reading Azure on %s", (_, open) => {
  test("subnets, in Mooring's words", async () => {
    const { network } = await open();
    expect(await network.subnets(SUBSCRIPTION)).toMatchObject([
      {
        id: `${VNET}/subnets/apps`,
        vnetId: VNET,
        name: "apps",
        prefixes: ["10.0.1.0/24"],
        delegations: [],
        plsNetworkPolicies: "Enabled",
      },
      {
        id: `${VNET}/subnets/pls`,
        vnetId: VNET,
        name: "pls",
        prefixes: ["10.0.2.0/26"],
        delegations: [],
        plsNetworkPolicies: "Disabled",
      },
      {
        id: `${VNET}/subnets/small`,
        vnetId: VNET,
        name: "small",
        prefixes: ["10.0.3.0/29"],
        delegations: [],
        plsNetworkPolicies: "Enabled",
      },
    ]);
  });

  test("used addresses are held by what people look for: the Private Link Service, not its interface", async () => {
    const { network } = await open();
    expect(await Array.fromAsync(network.interfaceUses(SUBSCRIPTION))).toEqual([
      {
        address: "10.0.2.4",
        subnetId: `${VNET}/subnets/pls`,
        holderId: PLS,
        interfaceId: expect.stringContaining("/networkInterfaces/pls.nic."),
      },
    ]);
    expect(await Array.fromAsync(network.frontendUses(SUBSCRIPTION))).toEqual([
      {
        address: "10.0.1.4",
        subnetId: `${VNET}/subnets/apps`,
        holderId: `${BALANCER}/frontendIPConfigurations/fe`,
      },
    ]);
  });

  test("addresses of nodes and pods come from their scale set, whatever the casing of its id", async () => {
    const { network } = await open();
    const uses = await Array.fromAsync(network.scaleSetUses(SCALE_SET.toLowerCase()));
    const nic = (node: number) => `${SCALE_SET}/virtualMachines/${node}/networkInterfaces/aks-pool-vmss`;
    expect(uses.map(({ holderId }) => holderId)).toEqual([nic(0), nic(0), nic(1), nic(1), nic(2), nic(2)]);
    expect(uses[0]).toEqual({
      address: "10.0.1.5",
      subnetId: `${VNET}/subnets/apps`,
      holderId: nic(0),
    });
    expect(await Array.fromAsync(network.scaleSetUses(`${SCALE_SET}-none`))).toEqual([]);
  });

  test("application gateways have the addresses of their private frontends", async () => {
    const { network } = await open();
    expect(await Array.fromAsync(network.gatewayUses(SUBSCRIPTION))).toEqual([
      {
        address: "10.0.3.5",
        subnetId: `${VNET}/subnets/small`,
        holderId: `${GATEWAY}/frontendIPConfigurations/private`,
      },
    ]);
  });

  test("a subnet counts what lists do not show, by what has it", async () => {
    const { network } = await open();
    const nic = (node: number) =>
      `${SCALE_SET}/virtualMachines/${node}/networkInterfaces/aks-pool-vmss`.toLowerCase();
    const [apps, , small] = await network.subnets(SUBSCRIPTION);
    expect(Object.fromEntries(apps?.configurations ?? [])).toEqual({
      [`${BALANCER}/frontendIPConfigurations/fe`.toLowerCase()]: 1,
      [nic(0)]: 2,
      [nic(1)]: 2,
      [nic(2)]: 2,
    });
    expect([...(small?.configurations.keys() ?? [])]).toContain(
      `${GATEWAY}/gatewayIPConfigurations/instances`.toLowerCase(),
    );
  });

  test.each<[string, string, boolean, readonly string[]]>([
    ["a frontend has it", "10.0.1.4", false, [11, 12, 13, 14, 15].map((n) => `10.0.1.${n}`)],
    ["a node of a scale set has it", "10.0.1.5", false, [11, 12, 13, 14, 15].map((n) => `10.0.1.${n}`)],
    ["a Private Link Service has it", "10.0.2.4", false, [5, 6, 7, 8, 9].map((n) => `10.0.2.${n}`)],
    ["a resource has it that no list shows", "10.0.3.4", false, ["10.0.3.6"]],
    ["Azure reserves it", "10.0.1.255", false, [11, 12, 13, 14, 15].map((n) => `10.0.1.${n}`)],
    ["no subnet has it", "10.0.9.9", false, []],
    ["it is free", "10.0.1.40", true, []],
  ])("whether an address is available: %s", async (_sentence, address, available, alternatives) => {
    const { network } = await open();
    expect(await network.availability(VNET, address)).toEqual({ available, alternatives });
  });

  test("whether an address of a network that does not exist is available: refused", async () => {
    const { network } = await open();
    await expect(network.availability(`${VNET}-none`, "10.0.1.4")).rejects.toThrow(Refused);
  });

  test("one network by its id, or none", async () => {
    const { network } = await open();
    expect(await network.subnetsOf(VNET)).toEqual(await network.subnets(SUBSCRIPTION));
    expect(await network.subnetsOf(`${VNET}-none`)).toBeUndefined();
  });

  test("load balancers and Private Link Services", async () => {
    const { network } = await open();
    expect(await network.loadBalancers(SUBSCRIPTION)).toMatchObject([
      {
        id: BALANCER,
        sku: "Standard",
        provisioningState: "Succeeded",
        frontends: [{ name: "fe", address: "10.0.1.4", isPublic: false }],
      },
    ]);
    expect(await network.privateLinkServices(SUBSCRIPTION)).toMatchObject([
      {
        id: PLS,
        visibility: [PARTNER],
        autoApproval: [],
        frontendIds: [`${BALANCER}/frontendIPConfigurations/fe`],
        natAddresses: [{ subnetId: `${VNET}/subnets/pls` }],
        connections: [],
      },
    ]);
    expect(await network.privateLinkServices(PARTNER)).toEqual([]);
  });

  test("managed clusters, page by page", async () => {
    const { network } = await open();
    const names = (await network.managedClusters(SUBSCRIPTION)).map(({ id }) => id.split("/").at(-1) ?? "");
    expect(names.toSorted()).toEqual(["one", "three", "two"]);
    expect(await network.managedClusters(PARTNER)).toEqual([]);
  });

  test("one Private Link Service, or none", async () => {
    const { network } = await open();
    expect(await network.pls(PLS)).toMatchObject({ id: PLS, name: "pls" });
    expect(await network.pls(`${PLS}-none`)).toBeUndefined();
  });
});

describe.each([
  ["memory", memory],
  ["the real SDK on the sandbox", real],
])("single resources on %s", (_, open) => {
  const widened = (body: JsonObject) => ({
    ...body,
    properties: {
      ...(body["properties"] as JsonObject),
      visibility: { subscriptions: ["*"] },
      fromTheFuture: { kept: [1] },
    },
  });

  test("a write keeps every field, and the next one needs the new version", async () => {
    const { resources } = await open();
    const before = await resources.read(PLS);
    const written = await resources.write(PLS, widened(before?.body ?? {}), before?.version ?? "");
    expect(written).toMatchObject({
      provisioningState: "Succeeded",
      body: { properties: { visibility: { subscriptions: ["*"] }, fromTheFuture: { kept: [1] } } },
    });
    await expect(resources.write(PLS, widened(before?.body ?? {}), before?.version ?? "")).rejects.toThrow(
      Conflict,
    );
  });

  test("a deleted resource is absent, and deleting it again succeeds", async () => {
    const { resources } = await open();
    await resources.remove(PLS, (await resources.read(PLS))?.version ?? "");
    expect(await resources.read(PLS)).toBeUndefined();
    await resources.remove(PLS, "any");
  });
});

test("a resource without an etag has an empty version, which the guards refuse", async () => {
  const served = await serveArm(await armWithPls(), directory);
  closing.push(() => served.close());
  const withoutEtag: AdditionalPolicyConfig = {
    position: "perCall",
    policy: {
      name: "withoutEtag",
      async sendRequest(request, next) {
        const response = await next(request);
        const { etag: _none, ...body } = JSON.parse(response.bodyAsText ?? "{}") as JsonObject;
        return { ...response, bodyAsText: JSON.stringify(body) };
      },
    },
  };
  const resources = openResources({ ...served.access, policies: [withoutEtag] });
  expect(await resources.read(PLS)).toMatchObject({ id: PLS, version: "" });
});

describe("what ARM refuses, in Mooring's closed set", () => {
  test.each<[string, (world: World) => Promise<unknown>, new (...args: never[]) => Error]>([
    [
      "a subscription that is not there is not absence",
      ({ resources }) => resources.read(PLS.replace(SUBSCRIPTION, "99999999-9999-9999-9999-999999999999")),
      Refused,
    ],
    [
      "403",
      async ({ arm, resources }) => (
        arm.faults.add({
          path: "privateLinkServices",
          action: { kind: "error", status: 403, code: "AuthorizationFailed" },
        }),
        resources.read(PLS)
      ),
      Refused,
    ],
    [
      "429 on a write",
      async ({ arm, resources }) => (
        arm.faults.add({ method: "DELETE", action: { kind: "error", status: 429, retryAfterSeconds: 1 } }),
        resources.remove(PLS, "*")
      ),
      NotYet,
    ],
    [
      "a lock",
      async ({ arm, resources }) => (
        await arm.send("PUT", `${GROUP}/providers/Microsoft.Authorization/locks/l`, {
          properties: { level: "CanNotDelete" },
        }),
        resources.remove(PLS, "*")
      ),
      Refused,
    ],
    ["a body that ARM does not take", ({ resources }) => resources.remove(BALANCER, "*"), InvalidInput],
    [
      "another operation in progress",
      async ({ arm, resources }) => (
        arm.faults.add({ method: "PUT", path: "privateEndpoints", action: { kind: "hangOperation" } }),
        await arm.send("PUT", ENDPOINT, endpointBody("privateLinkServiceConnections")),
        resources.remove(ENDPOINT, "*")
      ),
      NotYet,
    ],
    [
      "an operation that fails",
      async ({ arm, resources }) => (
        arm.faults.add({ method: "DELETE", action: { kind: "failOperation" } }),
        resources.remove(PLS, "*")
      ),
      Error,
    ],
    [
      "a list that fails",
      async ({ arm, network }) => (
        arm.faults.add({
          path: "loadBalancers",
          action: { kind: "error", status: 403, code: "AuthorizationFailed" },
        }),
        network.loadBalancers(SUBSCRIPTION)
      ),
      Refused,
    ],
    [
      "interfaces of a scale set that may not be read",
      async ({ arm, network }) => (
        arm.faults.add({
          path: "virtualMachineScaleSets",
          action: { kind: "error", status: 403, code: "AuthorizationFailed" },
        }),
        Array.fromAsync(network.scaleSetUses(SCALE_SET))
      ),
      Refused,
    ],
    [
      "a network in a subscription that is not there is not deleted",
      ({ network }) => network.subnetsOf(VNET.replace(SUBSCRIPTION, "99999999-9999-9999-9999-999999999999")),
      Refused,
    ],
  ])("%s", async (_, act, failure) => {
    const world = await real();
    await expect(act(world)).rejects.toThrow(failure);
    world.arm.faults.clear();
  });

  const forbidden = { kind: "error", status: 403, code: "AuthorizationFailed" } as const;
  const isResult = (method: string, action: NewFault["action"]) => ({
    method,
    path: "privateLinkServices",
    action,
  });
  test.each<[string, NewFault]>([
    ["the connection ends before the request is processed", isResult("PUT", { kind: "reset" })],
    ["the response is lost", isResult("PUT", { kind: "loseAnswer" })],
    ["a gateway fails", isResult("PUT", { kind: "error", status: 502 })],
    ["the service is unavailable", isResult("PUT", { kind: "error", status: 503 })],
    ["ARM fails", isResult("PUT", { kind: "error", status: 500, code: "InternalServerError" })],
    ["the result may not be read", isResult("GET", forbidden)],
    [
      "the status of the operation may not be read",
      { method: "GET", path: "/operations/", action: forbidden },
    ],
    [
      "the status of the operation is no longer stored",
      { method: "GET", path: "/operations/", action: { kind: "error", status: 404, code: "NotFound" } },
    ],
  ])("the result of a write is unknown if %s", async (_, fault) => {
    const { arm, resources } = await real();
    const before = await resources.read(PLS);
    arm.faults.add(fault);
    const body = { ...before?.body, tags: { changed: "yes" } };
    await expect(resources.write(PLS, body, before?.version ?? "")).rejects.toThrow(ResultUnknown);
  });

  test.each<[string, NewFault["action"]]>([
    ["Azure throttles", { kind: "error", status: 429 }],
    ["the write is forbidden", forbidden],
    ["the operation failed", { kind: "failOperation" }],
  ])("a write was certainly not made if %s", async (_, action) => {
    const { arm, resources } = await real();
    const before = await resources.read(PLS);
    arm.faults.add(isResult("PUT", action));
    const written = resources.write(PLS, before?.body ?? {}, before?.version ?? "");
    const failure = await written.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(ResultUnknown);
  });

  test("a lost answer is not sent again unseen", async () => {
    const { arm, resources } = await real();
    arm.faults.add({ method: "DELETE", action: { kind: "loseAnswer" }, times: 1 });
    await expect(resources.remove(PLS, "*")).rejects.toThrow(ResultUnknown);
    await arm.idle();
    expect(await resources.read(PLS)).toBeUndefined();
  });

  test("locks come with the inherited ones", async () => {
    const { arm, resources } = await real();
    await arm.send("PUT", `${GROUP}/providers/Microsoft.Authorization/locks/l`, {
      properties: { level: "ReadOnly" },
    });
    expect(await resources.locks(PLS)).toEqual([
      { id: `${GROUP}/providers/Microsoft.Authorization/locks/l`, level: "ReadOnly" },
    ]);
    expect(await resources.locks(`${NET.replace("/rg/", "/other/")}/loadBalancers/x`)).toEqual([]);
  });
});
