/**
 * The estate of the limits: 40 subscriptions, 1,000 clusters with 50 Services each, 400 subnets with 2,500
 * addresses each. Everything follows from numbers: it is generated piece by piece and never held in memory
 * completely.
 */
import { formatAddress } from "../../../shared/azure/prefix.ts";
import type { Cluster } from "../../../shared/declarations/clusterModel.ts";
import { baseName } from "../../../shared/kubernetes/frontendName.ts";
import type { AddressUse, LoadBalancer, Subnet } from "../../../shared/azure/networkModel.ts";

export const SUBSCRIPTIONS = 40;
/** Of each subscription. */
export const CLUSTERS = 25;
const SUBNETS = 10;
/** Of each cluster. */
export const SERVICES = 50;
/** Of each subnet, a /20. */
export const ADDRESSES = 2500;
const SUBNET_SIZE = 4096;
const FIRST = 0x0a_00_00_00;
/** Azure keeps the first four. */
const KEPT = 4;

export interface Place {
  /** Number of the subscription. */
  readonly n: number;
  /** Number in it. */
  readonly at: number;
}

/** Every place of so many in each subscription. */
export function places(each: number): Place[] {
  return Array.from({ length: SUBSCRIPTIONS * each }, (_, index) => ({
    n: Math.floor(index / each),
    at: index % each,
  }));
}

export const clusterPlaces = (): Place[] => places(CLUSTERS);
export const subnetPlaces = (): Place[] => places(SUBNETS);

export function subscriptionId(n: number): string {
  return `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111`;
}

export function numberOf(subscription: string): number {
  return Number(subscription.slice(0, 8));
}

function inGroup(n: number, group: string, rest: string): string {
  return `/subscriptions/${subscriptionId(n)}/resourceGroups/${group}/providers/${rest}`;
}

export function vnetId(n: number): string {
  return inGroup(n, "rg", "Microsoft.Network/virtualNetworks/vnet");
}

export function clusterName({ n, at }: Place): string {
  return `c${n}-${at}`;
}

export function registration(place: Place): Omit<Cluster, "tokens" | "registeredAtUtc"> {
  const name = clusterName(place);
  return {
    name,
    resourceId: inGroup(place.n, "rg", `Microsoft.ContainerService/managedClusters/${name}`),
    nodeResourceGroup: `MC_${name}`,
    vnetId: vnetId(place.n),
    defaultSubnet: `s${place.at % SUBNETS}`,
  };
}

export function serviceUid({ n, at }: Place, service: number): string {
  const text = (value: number, length: number) => String(value).padStart(length, "0");
  return `${text(n, 8)}-${text(at, 4)}-4000-8000-${text(service, 12)}`;
}

export function subnet({ n, at }: Place): Subnet {
  const first = formatAddress({ family: "IPv4", value: BigInt(FIRST + at * SUBNET_SIZE) });
  return {
    id: `${vnetId(n)}/subnets/s${at}`,
    vnetId: vnetId(n),
    name: `s${at}`,
    prefixes: [`${first}/20`],
    delegations: [],
    plsNetworkPolicies: "Disabled",
  };
}

/** The address of that number in a subnet; those below `ADDRESSES` are taken. */
export function address(at: number, index: number): string {
  return formatAddress({ family: "IPv4", value: BigInt(FIRST + at * SUBNET_SIZE + KEPT + index) });
}

/** The addresses that are taken in one subnet, by machines. */
export function* usesIn({ n, at }: Place): Generator<AddressUse> {
  const subnetId = subnet({ n, at }).id;
  for (let index = 0; index < ADDRESSES; index += 1) {
    const holder = `Microsoft.Network/networkInterfaces/nic-${at}-${Math.floor(index / 10)}`;
    yield { address: address(at, index), subnetId, holderId: inGroup(n, "rg", holder) };
  }
}

/** A cluster's own load balancer: a frontend and a rule for each of its Services. */
export function loadBalancer(place: Place): LoadBalancer {
  const id = inGroup(
    place.n,
    `MC_${clusterName(place)}`,
    "Microsoft.Network/loadBalancers/kubernetes-internal",
  );
  const names = Array.from({ length: SERVICES }, (_, service) => baseName(serviceUid(place, service)));
  const frontendId = (name: string) => `${id}/frontendIPConfigurations/${name}`;
  return {
    id,
    name: "kubernetes-internal",
    location: "westeurope",
    sku: "Standard",
    tags: {},
    provisioningState: "Succeeded",
    frontends: names.map((name) => ({ id: frontendId(name), name, isPublic: false })),
    rules: names.map((name) => ({
      id: `${id}/loadBalancingRules/${name}-TCP-80`,
      name: `${name}-TCP-80`,
      frontendId: frontendId(name),
      protocol: "Tcp",
      port: 80,
      poolIds: [],
    })),
    pools: [],
    probes: [],
    otherFrontendUses: [],
  };
}
