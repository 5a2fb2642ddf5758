/**
 * Places, the objects that Services claim: addresses of subnets, and names of Private Link Services. One row
 * each in the table `addresses`. Pure.
 */
import { addressKey } from "../azure/addressKey.ts";
import { contains, formatAddress, parseAddress, parsePrefixes } from "../azure/prefix.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { Declared, Intent, ServicePort } from "../kubernetes/intent.ts";
import { canonicalId, parseResourceId } from "../azure/resourceId.ts";
import type { SubnetRow } from "./model.ts";

export interface Place {
  readonly partition: string;
  readonly key: string;
  /** The address, or the name. */
  readonly text: string;
}

/** A place that a Service declares. */
export interface Wanted extends Place {
  readonly what: "frontend" | "pls" | "plsName";
  /** Ports of a frontend, which may be shared; absent if requested exclusively. */
  readonly ports?: readonly ServicePort[];
}

/**
 * Maximum of a frontend or Private Link Service in Azure, which rules report; an annotation could contain
 * thousands.
 */
export const MOST_ADDRESSES = 8;

export function addressPlace(subnetId: string, address: string): Place {
  return { partition: canonicalId(subnetId), key: addressKey(address), text: address };
}

/** Names are unique in a resource group. Partition = subscription; key = `resourcegroup/name`, as in the table `Private Link Services`. */
export function plsNamePlace(subscription: string, resourceGroup: string, name: string): Place {
  return {
    partition: plsNamePartition(subscription),
    key: `${resourceGroup}/${name}`.toLowerCase(),
    text: name,
  };
}

/** @param key of a name, `resourcegroup/name` */
export function plsIdOf(subscription: string, key: string): string {
  const [resourceGroup = "", name = ""] = key.split("/");
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/privateLinkServices/${name}`;
}

export function plsNamePartition(subscription: string): string {
  return `/subscriptions/${subscription}/privatelinkservices`.toLowerCase();
}

/** ARM and the cloud controller manager ignore the case of subnet names. */
export function findSubnet<S extends Pick<SubnetRow, "name">>(
  subnets: readonly S[],
  name: string,
): S | undefined {
  return subnets.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
}

export type KnownSubnet = Pick<SubnetRow, "id" | "name" | "prefixes">;

/** Places that a Service declares, limited to recorded subnets and addresses in them. */
export function wantedPlaces(
  { intent }: Pick<Declared, "intent">,
  cluster: Pick<Cluster, "defaultSubnet" | "nodeResourceGroup" | "resourceId">,
  subnets: readonly KnownSubnet[],
): Wanted[] {
  const { ipv4, ipv6 } = intent.addresses;
  const subnetName = intent.subnet ?? cluster.defaultSubnet;
  const subnet = findSubnet(subnets, subnetName);
  const plsSubnet = findSubnet(subnets, intent.pls?.subnet ?? subnetName);
  // Addresses of a public Service are public IPs, but its Private Link Service has NAT addresses in a subnet.
  const frontends = intent.internal ? [ipv4, ipv6].flatMap((text) => placesIn(subnet, text)) : [];
  const natAddresses = (intent.pls?.natIps ?? []).slice(0, MOST_ADDRESSES);
  const name = plsNameOf(intent, cluster);
  return [
    ...frontends.map((place) => ({ ...place, what: "frontend" as const, ports: intent.ports })),
    ...natAddresses
      .flatMap((text) => placesIn(plsSubnet, text))
      .map((place) => ({ ...place, what: "pls" as const })),
    ...(name ? [{ ...name, what: "plsName" as const }] : []),
  ];
}

/** @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftnetwork */
export const PLS_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$/;
const GROUP_NAME = /^[\w.()-]{1,90}$/;

/**
 * The name that the Service requests for its Private Link Service; `undefined` if the controller chooses one, which is unique, or if Azure
 * has no such name.
 */
export function plsNameOf(
  { pls }: Pick<Intent, "pls">,
  { nodeResourceGroup, resourceId }: Pick<Cluster, "nodeResourceGroup" | "resourceId">,
): Place | undefined {
  const { name = "", resourceGroup = nodeResourceGroup } = pls ?? {};
  if (!PLS_NAME.test(name) || !GROUP_NAME.test(resourceGroup)) return undefined;
  return plsNamePlace(parseResourceId(resourceId)?.subscription ?? "", resourceGroup, name);
}

function placesIn(subnet: KnownSubnet | undefined, text: string | undefined): Place[] {
  const address = text === undefined ? undefined : parseAddress(text);
  if (!subnet || !address) return [];
  const isInside = parsePrefixes(subnet.prefixes).some((prefix) => contains(prefix, address));
  return isInside ? [addressPlace(subnet.id, formatAddress(address))] : [];
}
