/**
 * The table of rights against an Azure that holds the app to it: with its roles everything works that the app does there, and without any
 * one action something is refused. Through the adapters that the app uses.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MOORING } from "../../dev/sandbox/world/installation.ts";
import { azureActivity } from "../../shared/adapters/activity.ts";
import { azureInstallation } from "../../shared/adapters/installation.ts";
import { azureNetwork } from "../../shared/adapters/network.ts";
import { azurePermissions } from "../../shared/adapters/permissions.ts";
import { RequestsLeft } from "../../shared/adapters/requestsLeft.ts";
import { openResources } from "../../shared/adapters/resources.ts";
import type { JsonObject } from "../../shared/ports/resources.ts";
import { NEEDED_RIGHTS, type NeededRights } from "../../shared/azure/needed.ts";
import { parseSettings } from "../../shared/core/settings.ts";
import {
  BALANCER,
  balancerBody,
  endpointBody,
  ENDPOINT,
  GROUP,
  PLS,
  plsBody,
  armWithPls,
  NET,
  SCALE_SET,
  scaleSetBody,
  VNET,
  type TestArm,
} from "../builders/arm.ts";
import { serveArm, type ServedArm } from "../builders/servedArm.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const WIDE = `/subscriptions/${SUBSCRIPTION}`;
const AUTHORIZATION = "providers/Microsoft.Authorization";
const ROLE = "00000000-0000-4000-8000-00000000000d";
const CLUSTER = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/one`;
const TOPIC = `${GROUP}/providers/Microsoft.EventGrid/systemTopics/t`;
const SPARE = `${NET}/loadBalancers/spare`;

type Role = NeededRights["role"];

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-needed-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Load balancers of every kind that a cluster has, a PLS with a connection, a cluster, a topic. */
async function estate(): Promise<TestArm> {
  const arm = await armWithPls();
  await arm.put(`${NET}/publicIPAddresses/p`, { location: "westeurope", properties: {} });
  await arm.put(SPARE, spareBody());
  await arm.put(ENDPOINT, endpointBody("manualPrivateLinkServiceConnections"));
  await arm.put(CLUSTER, { location: "westeurope", identity: { type: "SystemAssigned" } });
  await arm.put(SCALE_SET, scaleSetBody(1));
  await arm.put(TOPIC, {
    location: "global",
    properties: { source: WIDE, topicType: "Microsoft.Resources.Subscriptions" },
  });
  return arm;
}

function spareBody(): JsonObject {
  const { properties, ...body } = balancerBody();
  const [frontend] = properties.frontendIPConfigurations;
  const frontendIPConfigurations = [
    frontend as JsonObject,
    { name: "out", properties: { publicIPAddress: { id: `${NET}/publicIPAddresses/p` } } },
  ];
  const backendAddressPools = [
    { name: "nodes", properties: { virtualNetwork: { id: VNET }, loadBalancerBackendAddresses: [] } },
  ];
  return { ...body, properties: { frontendIPConfigurations, backendAddressPools } };
}

async function grant(arm: TestArm, actions: readonly string[]): Promise<void> {
  await arm.put(`${WIDE}/${AUTHORIZATION}/roleDefinitions/${ROLE}`, {
    properties: { roleName: "mooring", permissions: [{ actions, notActions: [] }], assignableScopes: [WIDE] },
  });
  await arm.put(`${WIDE}/${AUTHORIZATION}/roleAssignments/mooring`, {
    properties: {
      roleDefinitionId: `${WIDE}/${AUTHORIZATION}/roleDefinitions/${ROLE}`,
      principalId: MOORING.objectId,
    },
  });
}

/** What the app does with the rights of a role, on the real clients. Each throws if it may not. */
const DEEDS: Readonly<Record<Role, (served: ServedArm) => Promise<unknown>>> = {
  async reader({ access, env }) {
    const network = azureNetwork(access);
    const resources = openResources(access);
    const permissions = azurePermissions(access);
    const settings = parseSettings({
      ...env,
      MOORING_SUBSCRIPTIONS: SUBSCRIPTION,
      AzureWebJobsStorage: "UseDevelopmentStorage=true",
    });
    const installation = azureInstallation(settings, [], async () => access);
    await network.subnets(SUBSCRIPTION);
    await network.privateLinkServices(SUBSCRIPTION);
    await network.managedClusters(SUBSCRIPTION);
    await network.managedCluster(CLUSTER);
    await network.resourceGroup(SUBSCRIPTION, "rg");
    await network.pls(PLS);
    await network.availability(VNET, "10.0.1.200");
    await Array.fromAsync(network.interfaceUses(SUBSCRIPTION));
    await Array.fromAsync(network.frontendUses(SUBSCRIPTION));
    await Array.fromAsync(network.gatewayUses(SUBSCRIPTION));
    await Array.fromAsync(network.scaleSetUses(SCALE_SET));
    const [connection] = (await network.pls(PLS))?.connections ?? [];
    for (const id of [PLS, BALANCER, CLUSTER, connection?.id ?? ""]) await resources.read(id);
    await resources.locks(PLS);
    const [assignment] = await permissions.assignmentsAt(WIDE);
    await permissions.role(assignment?.roleId ?? "");
    await azureActivity(access, new RequestsLeft()).failures(SUBSCRIPTION, "rg", "2000-01-01T00:00:00.000Z");
    await installation.grantsAt(WIDE);
    await installation.eventTopics(SUBSCRIPTION);
  },
  pls: (served) => rewrite(served, PLS),
  async connections(served) {
    const [connection] = (await azureNetwork(served.access).pls(PLS))?.connections ?? [];
    await rewrite(served, connection?.id ?? "");
  },
  async sweep(served) {
    await rewrite(served, SPARE);
    const resources = openResources(served.access);
    const [connection] = (await azureNetwork(served.access).pls(PLS))?.connections ?? [];
    for (const id of [connection?.id ?? "", PLS, BALANCER]) {
      const { version = "*" } = (await resources.read(id)) ?? {};
      await resources.remove(id, version);
    }
  },
  async restore({ access }) {
    const resources = openResources(access);
    await resources.create(`${NET}/loadBalancers/again`, spareBody());
    await resources.create(`${NET}/privateLinkServices/again`, {
      ...plsBody(),
      properties: {
        ...plsBody().properties,
        loadBalancerFrontendIpConfigurations: [{ id: `${SPARE}/frontendIPConfigurations/fe` }],
      },
    });
  },
};

async function rewrite({ access }: ServedArm, id: string): Promise<void> {
  const resources = openResources(access);
  const found = await resources.read(id);
  if (!found) throw new Error(`${id} is not there`);
  await resources.write(id, found.body, found.version);
}

const actionsOf = (role: Role) => NEEDED_RIGHTS.find((one) => one.role === role)?.actions ?? [];

/** Why the actions of a role were refused, or nothing. */
async function refusal(role: Role, actions: readonly string[]): Promise<string | undefined> {
  const arm = await estate();
  const served = await serveArm(arm, directory);
  try {
    await grant(arm, actions);
    await DEEDS[role](served);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await served.close();
  }
}

/** Every role is given beside `reader`. */
const beside = (role: Role) => [...new Set([...actionsOf("reader"), ...actionsOf(role)])];

/**
 * Permissions that Azure requires in cases that the sandbox lacks: the result of a delete at another URL, a
 * prefix of addresses, and the interfaces of single instances, which the list of a scale set contains.
 */
const NOT_ASKED_HERE = new Set([
  "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces/read",
  "Microsoft.Network/locations/operationResults/read",
  "Microsoft.Network/publicIPPrefixes/join/action",
]);

const POLLS = "Microsoft.Network/locations/operations/read";

describe.each(NEEDED_RIGHTS.map(({ role }) => role))("the role %s", (role) => {
  test("is enough for what it is for", async () => expect(await refusal(role, beside(role))).toBeUndefined());

  test.each(actionsOf(role).filter((action) => !NOT_ASKED_HERE.has(action) && action !== POLLS))(
    "is not enough without %s",
    async (action) => {
      const rest = beside(role).filter((one) => one !== action);
      expect(await refusal(role, rest)).toMatch(/AuthorizationFailed/);
    },
  );
});

test("polling an operation of Azure needs a separate permission", async () => {
  const rest = beside("pls").filter((one) => one !== POLLS);
  expect(await refusal("pls", rest)).toMatch(/AuthorizationFailed/);
});
