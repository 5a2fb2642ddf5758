/** Managed clusters, as much of them as it takes to exist, to own a node resource group and to be deleted with it. */
import { TENANT } from "../identity/directory.ts";
import { ArmError } from "./armError.ts";
import { parseId, same } from "./ids.ts";
import type { Body, ResourceType, World } from "./resourceType.ts";

export const CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters";
/** On a cluster: its deletion leaves the node resource group behind, as a failed clean-up does. */
export const LEAVE_TAG = "sandbox-leave-node-resource-group";

export const managedClusters: ResourceType = {
  type: CLUSTER_TYPE,
  put(world, { id, name, resourceGroup, subscription, location, body, existing }) {
    const nodeResourceGroup: string =
      existing?.properties["nodeResourceGroup"] ??
      body["properties"]?.nodeResourceGroup ??
      `MC_${resourceGroup}_${name}_${location}`;
    takeNodeGroup(world, { clusterId: id, subscription, name: nodeResourceGroup, location });
    return {
      ...identityOf(world, body["identity"], existing?.identity),
      properties: {
        powerState: { code: "Running" },
        kubernetesVersion: "1.33",
        agentPoolProfiles: existing?.properties["agentPoolProfiles"] ?? POOLS,
        ...body["properties"],
        nodeResourceGroup,
      },
    };
  },
  removed(world, { id, tags, properties }) {
    if (tags[LEAVE_TAG] === "true") return;
    const subscription = parseId(id)?.subscription ?? "";
    const group = world.group(subscription, properties["nodeResourceGroup"]);
    // Another cluster may have taken it since.
    if (group && same(group.managedBy, id)) world.dropGroup(group.id);
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

/** Of a cluster whose network AKS made: no subnet of ours. */
const POOLS = [{ name: "nodepool1", mode: "System", count: 1, type: "VirtualMachineScaleSets" }];

interface NodeGroup {
  clusterId: string;
  subscription: string;
  name: string;
  location: string;
}

/**
 * The cluster creates its node resource group, or takes one that no existing cluster manages: one that was left behind, or that a test made
 * before. The refusal is the sandbox's wording.
 */
function takeNodeGroup(world: World, { clusterId, subscription, name, location }: NodeGroup): void {
  const group = world.group(subscription, name);
  const manager = group?.managedBy;
  if (same(manager, clusterId)) return;
  if (manager !== undefined && world.get(manager))
    throw new ArmError(
      409,
      "NodeResourceGroupInUse",
      `Resource group '${name}' is managed by '${manager}' already.`,
    );
  const id = `/subscriptions/${subscription}/resourceGroups/${name}`;
  world.saveGroup({ id, name, subscription, location, tags: {}, ...group, managedBy: clusterId });
}

/** The requested identity with its principals; once created it stays. */
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
