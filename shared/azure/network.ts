/**
 * Adapter: `Network` on the list operations of `@azure/arm-network`. Translates shapes; decides nothing.
 * @see https://learn.microsoft.com/rest/api/virtualnetwork
 */
import {
  NetworkManagementClient,
  type NetworkInterface,
  type PrivateLinkService,
  type VirtualNetwork,
} from "@azure/arm-network";
import { InvalidInput } from "../errors.ts";
import type { AddressUse, Subnet } from "../network/model.ts";
import type { Network } from "../network/port.ts";
import { parseResourceId } from "../network/resourceId.ts";
import { usesOfBalancer } from "../network/uses.ts";
import type { ArmAccess } from "./armAccess.ts";
import { toFailure } from "./armError.ts";
import { listManagedClusters, readManagedCluster, readResourceGroup } from "./managedClusters.ts";
import { toLink, toLoadBalancer } from "./networkModel.ts";
import { answerOf } from "./sdkError.ts";

// The SDK waits as long as Retry-After says, without a limit: more than one such wait is the queue's business.
const RETRIES = { maxRetries: 2, maxRetryDelayInMs: 10_000 };

/** One client per subscription, made when first asked for. */
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
    addressUses: (subscription) => addressUses(client(subscription), subscription),
    loadBalancers: async (subscription) =>
      (await all(client(subscription).loadBalancers.listAll(), subscription)).map(toLoadBalancer),
    links: async (subscription) =>
      (await all(client(subscription).privateLinkServices.listBySubscription(), subscription)).map(toLink),
    interfaceUses: (subscription) => interfaceUses(client(subscription), subscription),
    managedClusters: (subscription) => listManagedClusters(access, subscription),
    managedCluster: (id) => readManagedCluster(access, id),
    resourceGroup: (subscription, name) => readResourceGroup(access, subscription, name),
    link: (id) => readLink(client(subscriptionOf(id)), id),
  };
}

async function all<T>(pages: AsyncIterable<T>, about: string): Promise<T[]> {
  try {
    return await Array.fromAsync(pages);
  } catch (error) {
    throw translated(error, `listing in subscription ${about}`);
  }
}

/** Interfaces page by page: there are many times as many of them as of all else. */
async function* addressUses(
  client: NetworkManagementClient,
  subscription: string,
): AsyncIterable<AddressUse> {
  const balancers = all(client.loadBalancers.listAll(), `${subscription}, addresses`);
  const ended = Promise.allSettled([balancers]);
  try {
    yield* interfaceUses(client, subscription);
    for (const balancer of await balancers) yield* usesOfBalancer(toLoadBalancer(balancer));
  } finally {
    await ended;
  }
}

async function* interfaceUses(
  client: NetworkManagementClient,
  subscription: string,
): AsyncIterable<AddressUse> {
  try {
    for await (const nic of client.networkInterfaces.listAll()) yield* usesOfInterface(nic);
  } catch (error) {
    throw translated(error, `listing in subscription ${subscription}, addresses`);
  }
}

function* usesOfInterface(nic: NetworkInterface): Generator<AddressUse> {
  // People look for the endpoint or the link, not for the interface that Azure made for it.
  const holder = nic.privateEndpoint?.id ?? nic.privateLinkService?.id ?? nic.id;
  for (const configuration of nic.ipConfigurations ?? [])
    yield* toUse(configuration.privateIPAddress, configuration.subnet?.id, holder);
}

function* toUse(address?: string, subnetId?: string, holderId?: string): Generator<AddressUse> {
  if (address && subnetId && holderId) yield { address, subnetId, holderId };
}

async function readLink(client: NetworkManagementClient, id: string) {
  const parts = parseResourceId(id);
  if (!parts) throw new InvalidInput(`not a resource id: ${id}`);
  try {
    const link: PrivateLinkService = await client.privateLinkServices.get(parts.resourceGroup, parts.name);
    return toLink(link);
  } catch (error) {
    const answer = answerOf(error);
    if (answer?.absent) return undefined;
    throw translated(error, id);
  }
}

function subscriptionOf(id: string): string {
  const parts = parseResourceId(id);
  if (!parts) throw new InvalidInput(`not a resource id: ${id}`);
  return parts.subscription.toLowerCase();
}

function translated(error: unknown, about: string): unknown {
  const answer = answerOf(error);
  return answer ? toFailure(answer, about) : error;
}

function toSubnets(vnet: VirtualNetwork): Subnet[] {
  return (vnet.subnets ?? []).map((subnet) => ({
    id: subnet.id ?? "",
    vnetId: vnet.id ?? "",
    name: subnet.name ?? "",
    prefixes: subnet.addressPrefixes ?? (subnet.addressPrefix ? [subnet.addressPrefix] : []),
    delegations: (subnet.delegations ?? []).map((delegation) => delegation.serviceName ?? ""),
    linkNetworkPolicies: subnet.privateLinkServiceNetworkPolicies === "Disabled" ? "Disabled" : "Enabled",
  }));
}
