/** Reads managed clusters and resource groups without an SDK, which a few fields do not justify. */
import { InvalidInput } from "../core/errors.ts";
import type { ManagedCluster, ResourceGroup } from "../azure/networkModel.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import { apiVersionOf, RESOURCE_GROUPS_VERSION } from "./apiVersions.ts";
import type { ArmAccess } from "./armAccess.ts";
import { isMissing, toFailure } from "./armError.ts";
import { toAnswer } from "./rawAnswer.ts";
import { rawClient, rawList } from "./rawList.ts";

interface Wire {
  readonly id: string;
  readonly location?: string;
  readonly identity?: {
    readonly principalId?: string;
    readonly userAssignedIdentities?: Readonly<Record<string, { readonly principalId?: string }>>;
  };
  readonly properties?: {
    readonly provisioningState?: string;
    readonly nodeResourceGroup?: string;
    readonly agentPoolProfiles?: readonly {
      readonly vnetSubnetID?: string;
      readonly podSubnetID?: string;
    }[];
  };
}

const TYPE = "microsoft.containerservice/managedclusters";

export async function listManagedClusters(
  access: ArmAccess,
  subscription: string,
): Promise<ManagedCluster[]> {
  const path = `/subscriptions/${subscription}/providers/Microsoft.ContainerService/managedClusters`;
  const pages = rawList<Wire>(rawClient(access), path, { "api-version": apiVersionOf(`${path}/any`) });
  return (await Array.fromAsync(pages)).map(toManagedCluster);
}

/** @throws the translated error, unless ARM states that the cluster or its resource group does not exist */
export async function readManagedCluster(access: ArmAccess, id: string): Promise<ManagedCluster | undefined> {
  if (parseResourceId(id)?.type.toLowerCase() !== TYPE)
    throw new InvalidInput(`not a managed cluster id: ${id}`);
  const found = await readOne<Wire>(access, id, apiVersionOf(id));
  return found && toManagedCluster(found);
}

/** @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const GROUP_NAME = /^[\p{L}\p{N}_.()-]{1,90}$/u;

/** @throws the translated error, unless ARM states that the group does not exist */
export async function readResourceGroup(
  access: ArmAccess,
  subscription: string,
  name: string,
): Promise<ResourceGroup | undefined> {
  if (!GROUP_NAME.test(name)) throw new InvalidInput(`not a resource group name: ${name}`);
  const path = `/subscriptions/${subscription}/resourceGroups/${encodeURIComponent(name)}`;
  const found = await readOne<ResourceGroup>(access, path, RESOURCE_GROUPS_VERSION);
  return found && { id: found.id, ...(found.managedBy && { managedBy: found.managedBy }) };
}

async function readOne<T>(access: ArmAccess, path: string, apiVersion: string): Promise<T | undefined> {
  const response = await rawClient(access)
    .pathUnchecked(path)
    .get({ queryParameters: { "api-version": apiVersion } });
  if (response.status === "200") return response.body as T;
  const answer = toAnswer(response);
  if (isMissing(answer)) return undefined;
  throw toFailure(answer, path);
}

function toManagedCluster({ id, location = "", identity, properties = {} }: Wire): ManagedCluster {
  const { nodeResourceGroup = "", agentPoolProfiles = [], provisioningState = "" } = properties;
  const subnetIds = agentPoolProfiles.flatMap(({ vnetSubnetID, podSubnetID }) =>
    [vnetSubnetID, podSubnetID].filter((one) => one !== undefined && one !== null),
  );
  return {
    id,
    location,
    nodeResourceGroup,
    subnetIds: [...new Set(subnetIds)],
    provisioningState,
    principalIds: [identity, ...Object.values(identity?.userAssignedIdentities ?? {})].flatMap((one) =>
      one?.principalId ? [one.principalId.toLowerCase()] : [],
    ),
  };
}
