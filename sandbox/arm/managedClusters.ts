/** Managed clusters, as much of them as it takes to exist, to own a node resource group and to be deleted with it. */
import { TENANT } from "../identity/token.ts";
import { key, parseId } from "./ids.ts";
import type { Body, ResourceType, World } from "./resourceType.ts";

export const CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters";
/** On a cluster: its deletion leaves the node resource group behind, as a failed clean-up does. */
export const LEAVE_TAG = "sandbox-leave-node-resource-group";

export const managedClusters: ResourceType = {
  type: CLUSTER_TYPE,
  put: (world, { name, resourceGroup, location, body, existing }) => ({
    ...identityOf(world, body["identity"], existing?.identity),
    properties: {
      powerState: { code: "Running" },
      kubernetesVersion: "1.33",
      nodeResourceGroup:
        existing?.properties["nodeResourceGroup"] ?? `MC_${resourceGroup}_${name}_${location}`,
      ...body["properties"],
    },
  }),
  removed(world, { id, tags, properties }) {
    if (tags[LEAVE_TAG] === "true") return;
    const subscription = parseId(id)?.subscription ?? "";
    const prefix = key(`/subscriptions/${subscription}/resourceGroups/${properties["nodeResourceGroup"]}/`);
    for (const type of [
      "privateEndpoints",
      "privateLinkServices",
      "loadBalancers",
      "networkInterfaces",
      "publicIPAddresses",
    ])
      for (const stored of world.ofType(`Microsoft.Network/${type}`, subscription))
        if (key(stored.id).startsWith(prefix)) world.drop(stored.id);
  },
  toWire: (_world, { id, name, type, location, tags, identity, provisioningState, properties }) => ({
    id,
    name,
    type,
    location,
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(identity && { identity }),
    properties: { provisioningState, ...properties },
  }),
};

/** The identity that was asked for, with the principals that it gets; once made it stays. */
function identityOf(world: World, asked: Body | undefined, before: Body | undefined): { identity?: Body } {
  if (before || !asked) return before ? { identity: before } : {};
  if (asked["type"] === "SystemAssigned")
    return { identity: { type: asked["type"], principalId: world.newGuid(), tenantId: TENANT } };
  const assigned = Object.keys(asked["userAssignedIdentities"] ?? {}).map((id) => [
    id,
    { clientId: world.newGuid(), principalId: world.newGuid() },
  ]);
  return { identity: { type: asked["type"], userAssignedIdentities: Object.fromEntries(assigned) } };
}
