/**
 * Port: what Azure says is there, read in lists so that the cost does not grow with the number of resources
 * but with the number of pages. Implementations: `shared/azure/network.ts` and `test/memory/network.ts`.
 * Never writes. Every read that is not complete throws: a partial list must never look like a small world.
 */
import type { AddressUse, Link, LoadBalancer, ManagedCluster, ResourceGroup, Subnet } from "./model.ts";

export interface Network {
  /** All subnets of a subscription's virtual networks. */
  subnets(subscription: string): Promise<readonly Subnet[]>;
  /** Every used private address of a subscription, page by page. May name one address twice. */
  addressUses(subscription: string): AsyncIterable<AddressUse>;
  /** The same without load balancers, for whoever has those already (`usesOfBalancer`). */
  interfaceUses(subscription: string): AsyncIterable<AddressUse>;
  loadBalancers(subscription: string): Promise<readonly LoadBalancer[]>;
  links(subscription: string): Promise<readonly Link[]>;
  managedClusters(subscription: string): Promise<readonly ManagedCluster[]>;
  /** One managed cluster, read by its id; `undefined` only if ARM answers 404 for the resource or for its resource group. */
  managedCluster(id: string): Promise<ManagedCluster | undefined>;
  /** One resource group, read by its name; `undefined` only if ARM answers 404 for it. */
  resourceGroup(subscription: string, name: string): Promise<ResourceGroup | undefined>;
  /** One link as it is now; `undefined` only if Azure says that it does not exist. */
  link(id: string): Promise<Link | undefined>;
}
