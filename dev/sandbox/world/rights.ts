/** Who may do what in the seeded world: identities of clusters, roles, assignments. */
import { randomUUID } from "node:crypto";
import { NETWORK_CONTRIBUTOR, READER } from "../arm/roles.ts";
import type { ArmClient } from "../cluster/armClient.ts";
import { clusterId, clusterProperties, LOCATION, PLATFORM, type ClusterDefinition } from "./definition.ts";

type Item = Record<string, any>;

/** What a controller needs of subnets, and no more. */
const SUBNET_USER = "a5d0c1de-5b1e-4f0e-9a53-5ab0e7a3c001";
const SUBNETS = "Microsoft.Network/virtualNetworks/subnets";

export async function makeRoles(arm: ArmClient): Promise<void> {
  const scope = `/subscriptions/${PLATFORM}`;
  await arm.put(`${scope}/providers/Microsoft.Authorization/roleDefinitions/${SUBNET_USER}`, {
    properties: {
      roleName: "AKS subnet user",
      description: "Lets a cluster's controller use subnets of the shared network.",
      type: "CustomRole",
      permissions: [{ actions: [`${SUBNETS}/read`, `${SUBNETS}/write`, `${SUBNETS}/join/action`] }],
      assignableScopes: [scope],
    },
  });
}

/** The managed cluster, and the right of its identity to use its network. Gives the identity's object id. */
export async function putCluster(arm: ArmClient, definition: ClusterDefinition): Promise<string | undefined> {
  const { name, subscription, resourceGroup, vnetId, identity } = definition;
  const userAssigned = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
  const made = await arm.put(clusterId(definition), {
    location: LOCATION,
    ...(identity && {
      identity: {
        type: identity,
        ...(identity === "UserAssigned" && { userAssignedIdentities: { [userAssigned]: {} } }),
      },
    }),
    properties: clusterProperties(definition),
  });
  const principalId = principalOf(made.identity);
  if (principalId === undefined) return undefined;
  await assign(arm, {
    scope: vnetId,
    principalId,
    role: identity === "UserAssigned" ? SUBNET_USER : NETWORK_CONTRIBUTOR,
  });
  return principalId;
}

function principalOf(identity: Item | undefined): string | undefined {
  const [assigned] = Object.values((identity?.["userAssignedIdentities"] ?? {}) as Record<string, Item>);
  return identity?.["principalId"] ?? assigned?.["principalId"];
}

async function assign(
  arm: ArmClient,
  { scope, principalId, role }: { scope: string; principalId: string; role: string },
): Promise<void> {
  await arm.put(`${scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`, {
    properties: {
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${role}`,
      principalId,
      principalType: "ServicePrincipal",
    },
  });
}

/** An operator reduced the permissions: the identity may read the network, but not join it. */
export async function withdrawRights(
  arm: ArmClient,
  { vnetId, principalId }: ClusterDefinition,
): Promise<void> {
  if (principalId === undefined) return;
  const assignments = await arm.list(
    `${vnetId}/providers/Microsoft.Authorization/roleAssignments?$filter=principalId eq '${principalId}'`,
  );
  for (const { id } of assignments) await arm.remove(id);
  await assign(arm, { scope: vnetId, principalId, role: READER });
}
