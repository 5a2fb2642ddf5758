/**
 * Adapter: `Network` on the list operations of `@azure/arm-network`. Converts models only.
 * @see https://learn.microsoft.com/rest/api/virtualnetwork
 */
import {
  NetworkManagementClient,
  type ApplicationGateway,
  type NetworkInterface,
  type VirtualNetwork,
} from "@azure/arm-network";
import { InvalidInput } from "../core/errors.ts";
import { countConfigurations } from "../azure/configurations.ts";
import type { AddressUse, Availability, CountedSubnet } from "../azure/networkModel.ts";
import type { Network } from "../ports/network.ts";
import { parseResourceId, type ResourceId } from "../azure/resourceId.ts";
import { usesOfBalancer } from "../azure/uses.ts";
import type { ArmAccess } from "./armAccess.ts";
import { isMissing, toFailure } from "./armError.ts";
import { listManagedClusters, readManagedCluster, readResourceGroup } from "./managedClusters.ts";
import { toPls, toLoadBalancer } from "./networkModel.ts";
import { answerOf } from "./sdkError.ts";

// The SDK follows Retry-After without a limit: after one such delay the queue retries.
const RETRIES = { maxRetries: 2, maxRetryDelayInMs: 10_000 };

/** One client per subscription, created on first use. */
export function azureNetwork(access: ArmAccess): Network {
  const { credential, endpoint, policies = [] } = access;
  const clients = new Map<string, NetworkManagementClient>();
  const client = (subscription: string) => {
    const known = clients.get(subscription);
    if (known) return known;
    const made = new NetworkManagementClient(credential, subscription, {
      endpoint,
      retryOptions: RETRIES,
      additionalPolicies: [...policies],
    });
    clients.set(subscription, made);
    return made;
  };
  return {
    subnets: async (subscription) =>
      (await all(client(subscription).virtualNetworks.listAll(), subscription)).flatMap(toSubnets),
    subnetsOf: (vnetId) => readSubnets(client(subscriptionOf(vnetId)), vnetId),
    loadBalancers: async (subscription) =>
      (await all(client(subscription).loadBalancers.listAll(), subscription)).map(toLoadBalancer),
    privateLinkServices: async (subscription) =>
      (await all(client(subscription).privateLinkServices.listBySubscription(), subscription)).map(toPls),
    interfaceUses: (subscription) =>
      usesIn(
        client(subscription).networkInterfaces.listAll(),
        usesOfInterface,
        `listing network interfaces in subscription ${subscription}`,
      ),
    frontendUses: (subscription) =>
      usesIn(
        client(subscription).loadBalancers.listAll(),
        (one) => usesOfBalancer(toLoadBalancer(one)),
        `listing load balancers in subscription ${subscription}`,
      ),
    gatewayUses: (subscription) =>
      usesIn(
        client(subscription).applicationGateways.listAll(),
        usesOfGateway,
        `listing application gateways in subscription ${subscription}`,
      ),
    scaleSetUses: (scaleSetId) => scaleSetUses(client(subscriptionOf(scaleSetId)), scaleSetId),
    managedClusters: (subscription) => listManagedClusters(access, subscription),
    managedCluster: (id) => readManagedCluster(access, id),
    resourceGroup: (subscription, name) => readResourceGroup(access, subscription, name),
    availability: (vnetId, address) => readAvailability(client(subscriptionOf(vnetId)), vnetId, address),
    pls: (id) => readPls(client(subscriptionOf(id)), id),
  };
}

async function all<T>(pages: AsyncIterable<T>, about: string): Promise<T[]> {
  try {
    return await Array.fromAsync(pages);
  } catch (error) {
    throw translated(error, `listing in subscription ${about}`);
  }
}

/** Resources with addresses, page by page: there are far more network interfaces than other resources. */
async function* usesIn<T>(
  pages: AsyncIterable<T>,
  usesOf: (one: T) => Iterable<AddressUse>,
  about: string,
): AsyncIterable<AddressUse> {
  try {
    for await (const one of pages) yield* usesOf(one);
  } catch (error) {
    throw translated(error, about);
  }
}

async function* scaleSetUses(client: NetworkManagementClient, id: string): AsyncIterable<AddressUse> {
  const { resourceGroup, name } = partsOf(id);
  const { networkInterfaces } = client;
  const nics = networkInterfaces.listVirtualMachineScaleSetNetworkInterfaces(resourceGroup, name);
  try {
    for await (const nic of nics) yield* usesOfInterface(nic);
  } catch (error) {
    if (!isDeleted(error)) throw translated(error, `listing network interfaces of ${id}`);
  }
}

function* usesOfInterface(nic: NetworkInterface): Generator<AddressUse> {
  // Operators look for the endpoint or the PLS, not for the interface that Azure created for it.
  const holder = nic.privateEndpoint?.id ?? nic.privateLinkService?.id;
  for (const configuration of nic.ipConfigurations ?? [])
    for (const use of toUse(configuration.privateIPAddress, configuration.subnet?.id, holder ?? nic.id))
      yield holder && nic.id ? { ...use, interfaceId: nic.id } : use;
}

function* usesOfGateway({ frontendIPConfigurations = [] }: ApplicationGateway): Generator<AddressUse> {
  for (const { privateIPAddress, subnet, id } of frontendIPConfigurations)
    yield* toUse(privateIPAddress, subnet?.id, id);
}

function* toUse(address?: string, subnetId?: string, holderId?: string): Generator<AddressUse> {
  if (address && subnetId && holderId) yield { address, subnetId, holderId };
}

async function readPls(client: NetworkManagementClient, id: string) {
  const { resourceGroup, name } = partsOf(id);
  try {
    return toPls(await client.privateLinkServices.get(resourceGroup, name));
  } catch (error) {
    if (isDeleted(error)) return undefined;
    throw translated(error, id);
  }
}

async function readSubnets(client: NetworkManagementClient, vnetId: string) {
  const { resourceGroup, name } = partsOf(vnetId);
  try {
    return toSubnets(await client.virtualNetworks.get(resourceGroup, name));
  } catch (error) {
    if (isDeleted(error)) return undefined;
    throw translated(error, vnetId);
  }
}

/** Only a response that explicitly states that the address is available confirms it. */
async function readAvailability(
  client: NetworkManagementClient,
  vnetId: string,
  address: string,
): Promise<Availability> {
  const { resourceGroup, name } = partsOf(vnetId);
  try {
    const answer = await client.virtualNetworks.checkIPAddressAvailability(resourceGroup, name, address);
    return { available: answer.available === true, alternatives: answer.availableIPAddresses ?? [] };
  } catch (error) {
    throw translated(error, `checking whether ${address} is available in ${vnetId}`);
  }
}

/** True if ARM states that a top-level resource, or its resource group, does not exist. */
function isDeleted(error: unknown): boolean {
  const answer = answerOf(error);
  return answer !== undefined && isMissing(answer);
}

/** @throws InvalidInput */
function partsOf(id: string): ResourceId {
  const parts = parseResourceId(id);
  if (!parts) throw new InvalidInput(`not a resource id: ${id}`);
  return parts;
}

function subscriptionOf(id: string): string {
  return partsOf(id).subscription.toLowerCase();
}

function translated(error: unknown, about: string): unknown {
  const answer = answerOf(error);
  return answer ? toFailure(answer, about) : error;
}

function toSubnets(vnet: VirtualNetwork): CountedSubnet[] {
  return (vnet.subnets ?? []).map((subnet) => ({
    id: subnet.id ?? "",
    vnetId: vnet.id ?? "",
    name: subnet.name ?? "",
    prefixes: subnet.addressPrefixes ?? (subnet.addressPrefix ? [subnet.addressPrefix] : []),
    delegations: (subnet.delegations ?? []).map((delegation) => delegation.serviceName ?? ""),
    plsNetworkPolicies: subnet.privateLinkServiceNetworkPolicies === "Disabled" ? "Disabled" : "Enabled",
    configurations: countConfigurations((subnet.ipConfigurations ?? []).flatMap(({ id }) => id ?? [])),
  }));
}
