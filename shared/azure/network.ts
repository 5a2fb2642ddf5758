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
import { createNetworkManagement } from "@azure/arm-network/api";
import type { TokenCredential } from "@azure/identity";
import { InvalidInput } from "../errors.ts";
import type { AddressUse, LoadBalancer, Subnet } from "../network/model.ts";
import type { Network } from "../network/port.ts";
import { parseResourceId, sameId } from "../network/resourceId.ts";
import { apiVersionOf } from "./apiVersions.ts";
import { toFailure } from "./armError.ts";
import { toLink, toLoadBalancer } from "./networkModel.ts";
import { toAnswer } from "./rawAnswer.ts";
import { answerOf } from "./sdkError.ts";

export interface ArmAccess {
  readonly credential: TokenCredential;
  readonly endpoint: string;
}

// The SDK waits as long as Retry-After says, without a limit: more than one such wait is the queue's business.
const RETRIES = { maxRetries: 2, maxRetryDelayInMs: 10_000 };

/** One client per subscription, made when first asked for. */
export function azureNetwork({ credential, endpoint }: ArmAccess): Network {
  const clients = new Map<string, NetworkManagementClient>();
  const client = (subscription: string) => {
    const known = clients.get(subscription);
    if (known) return known;
    const made = new NetworkManagementClient(credential, subscription, { endpoint, retryOptions: RETRIES });
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
    managedClusters: (subscription) => listClusterIds({ credential, endpoint }, subscription),
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

async function* addressUses(
  client: NetworkManagementClient,
  subscription: string,
): AsyncIterable<AddressUse> {
  const about = `${subscription}, addresses`;
  const [interfaces, balancers] = await Promise.all([
    all(client.networkInterfaces.listAll(), about),
    all(client.loadBalancers.listAll(), about),
  ]);
  for (const nic of interfaces) yield* usesOfInterface(nic);
  for (const balancer of balancers.map(toLoadBalancer)) yield* usesOfBalancer(balancer);
}

function* usesOfBalancer({ frontends, rules }: LoadBalancer): Generator<AddressUse> {
  for (const { address, subnetId, id } of frontends) {
    const uses = rules
      .filter(({ frontendId }) => sameId(frontendId, id))
      .map(({ name, protocol, port }) => ({ rule: name, protocol, port }))
      .toSorted((a, b) => (a.rule < b.rule ? -1 : 1));
    for (const use of toUse(address, subnetId, id)) yield { ...use, ...(uses.length > 0 && { uses }) };
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

/** Their provider has a client of its own; ids need none. */
async function listClusterIds({ credential, endpoint }: ArmAccess, subscription: string): Promise<string[]> {
  const client = createNetworkManagement(credential, subscription, { endpoint, retryOptions: RETRIES });
  const path = `/subscriptions/${subscription}/providers/Microsoft.ContainerService/managedClusters`;
  const queryParameters = { "api-version": apiVersionOf(`${path}/any`) };
  const ids: string[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const response = await client.pathUnchecked(next).get(next === path ? { queryParameters } : {});
    if (response.status !== "200") throw toFailure(toAnswer(response), `managed clusters of ${subscription}`);
    const page = response.body as { value: { id: string }[]; nextLink?: string };
    ids.push(...page.value.map(({ id }) => id));
    next = page.nextLink;
  }
  return ids;
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
