/** What an installation of Mooring has in Azure: its roles, assigned to its identity, and event subscriptions to its function. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArmClient } from "../cluster/armClient.ts";
import { PLATFORM, SUBSCRIPTIONS } from "./definition.ts";

/** The app's identity in the sandbox. */
export const MOORING = {
  objectId: "33333333-3333-4333-8333-33333333aaaa",
  applicationId: "33333333-3333-4333-8333-333333333333",
  name: "mooring",
};

/** Who has made the world, and may do anything: for people who try the Azure CLI. */
const PLATFORM_TEAM = {
  objectId: "44444444-4444-4444-8444-44444444aaaa",
  applicationId: "44444444-4444-4444-8444-444444444444",
  name: "platform-team",
};

/** The identity with a client id; the app's if none is named. */
export function identityOf(clientId: string | undefined): typeof MOORING {
  return clientId === PLATFORM_TEAM.applicationId ? PLATFORM_TEAM : MOORING;
}

const GROUP = "rg-mooring";
/** The Function App, as its event subscriptions name it. */
export const APP_ID = `/subscriptions/${PLATFORM}/resourceGroups/${GROUP}/providers/Microsoft.Web/sites/mooring`;
const ROLES = join(import.meta.dirname, "../../../infra/roles.json");
const ROLE_NAMESPACE = "Microsoft.Authorization/roleDefinitions";

/** The event subscriptions of `infra/`: which operations send an event. */
const OPERATIONS = [
  "Microsoft.Network/privateLinkServices/",
  "Microsoft.Network/loadBalancers/",
  "Microsoft.Network/networkInterfaces/",
  "Microsoft.Network/privateEndpoints/",
  "Microsoft.Network/virtualNetworks/",
  "Microsoft.Network/applicationGateways/",
  "Microsoft.Compute/virtualMachineScaleSets/",
  "Microsoft.ContainerService/managedClusters/",
];
const EVENT_TYPES = ["Write", "Delete", "Action"].map((kind) => `Microsoft.Resources.Resource${kind}Success`);

export function topicId(subscription: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${GROUP}/providers/Microsoft.EventGrid/systemTopics/mooring-${subscription.slice(0, 8)}`;
}

/** Creates what is missing, and updates roles; other changes stay as they are. */
export async function install(arm: ArmClient): Promise<void> {
  const subscriptions = Object.keys(SUBSCRIPTIONS);
  for (const subscription of subscriptions)
    await arm.put(`/subscriptions/${subscription}/resourceGroups/${GROUP}`, { location: "westeurope" });
  for (const subscription of subscriptions) {
    if (await arm.get(topicId(subscription))) await update(arm, subscription);
    else await make(arm, subscription);
  }
}

async function make(arm: ArmClient, subscription: string): Promise<void> {
  await subscribe(arm, subscription);
  const scope = `/subscriptions/${subscription}`;
  // Every role, so that all capabilities can be tried; `mooring doctor` reports which are more than policy needs.
  for (const role of await readRoles()) {
    const id = `${scope}/providers/${ROLE_NAMESPACE}/${randomUUID()}`;
    await define(arm, id, role);
    await arm.put(`${scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`, {
      properties: { roleDefinitionId: id, principalId: MOORING.objectId, principalType: "ServicePrincipal" },
    });
  }
}

async function update(arm: ArmClient, subscription: string): Promise<void> {
  const made = await arm.list(
    `/subscriptions/${subscription}/providers/${ROLE_NAMESPACE}?$filter=type eq 'CustomRole'`,
  );
  for (const role of await readRoles()) {
    const known = made.find(({ properties }) => properties.roleName === role.roleName);
    if (known) await define(arm, known.id, role);
  }
}

async function subscribe(arm: ArmClient, subscription: string): Promise<void> {
  await arm.put(topicId(subscription), {
    location: "global",
    properties: { source: `/subscriptions/${subscription}`, topicType: "Microsoft.Resources.Subscriptions" },
  });
  await arm.put(`${topicId(subscription)}/eventSubscriptions/mooring`, {
    properties: {
      destination: {
        endpointType: "AzureFunction",
        properties: {
          resourceId: `${APP_ID}/functions/onResourceEvent`,
          maxEventsPerBatch: 1,
          preferredBatchSizeInKilobytes: 64,
        },
      },
      filter: {
        includedEventTypes: EVENT_TYPES,
        advancedFilters: [
          { operatorType: "StringBeginsWith", key: "data.operationName", values: OPERATIONS },
        ],
      },
    },
  });
}

interface Role {
  roleName: string;
  description: string;
  actions: string[];
}

async function readRoles(): Promise<Role[]> {
  return Object.values(JSON.parse(await readFile(ROLES, "utf8")) as Record<string, Role>);
}

function define(arm: ArmClient, id: string, { roleName, description, actions }: Role): Promise<unknown> {
  return arm.put(id, {
    properties: {
      roleName,
      description,
      type: "CustomRole",
      permissions: [{ actions, notActions: [] }],
      assignableScopes: [id.slice(0, id.indexOf("/providers/"))],
    },
  });
}
