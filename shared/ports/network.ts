/**
 * Port: what Azure says is there, read in lists so that the cost does not grow with the number of resources
 * but with the number of pages and scale sets. ARM filters lists by permissions: what a list lacks may exist.
 * Implementations: `shared/adapters/network.ts` and `test/memory/network.ts`.
 * Never writes. Every read that is not complete throws: a partial list must never look like a small world.
 */
import type {
  AddressUse,
  Availability,
  CountedSubnet,
  PrivateLinkService,
  LoadBalancer,
  ManagedCluster,
  ResourceGroup,
} from "../azure/networkModel.ts";

export interface Network {
  /** All subnets of a subscription's virtual networks. */
  subnets(subscription: string): Promise<readonly CountedSubnet[]>;
  /** The subnets of one virtual network, read by its id; `undefined` only if ARM answers 404 for it or its resource group. */
  subnetsOf(vnetId: string): Promise<readonly CountedSubnet[] | undefined>;
  /**
   * Private addresses of a subscription's network interfaces, page by page; private endpoints and Private Link Services have such
   * interfaces too. Without those of uniform scale sets: no list of a subscription contains them. May name one address twice.
   */
  interfaceUses(subscription: string): AsyncIterable<AddressUse>;
  /** Private addresses of a subscription's load balancers (`usesOfBalancer`). */
  frontendUses(subscription: string): AsyncIterable<AddressUse>;
  /** Private addresses of a subscription's application gateways. */
  gatewayUses(subscription: string): AsyncIterable<AddressUse>;
  /** Private addresses of a uniform scale set's instances; none if ARM answers 404 for it or its resource group. */
  scaleSetUses(scaleSetId: string): AsyncIterable<AddressUse>;
  loadBalancers(subscription: string): Promise<readonly LoadBalancer[]>;
  privateLinkServices(subscription: string): Promise<readonly PrivateLinkService[]>;
  managedClusters(subscription: string): Promise<readonly ManagedCluster[]>;
  /** One managed cluster, read by its id; `undefined` only if ARM answers 404 for the resource or for its resource group. */
  managedCluster(id: string): Promise<ManagedCluster | undefined>;
  /** One resource group, read by its name; `undefined` only if ARM answers 404 for it. */
  resourceGroup(subscription: string, name: string): Promise<ResourceGroup | undefined>;
  /**
   * Whether Azure would give the address to a resource now. What lists do not show counts too.
   * @throws Refused if the virtual network does not exist or may not be read
   */
  availability(vnetId: string, address: string): Promise<Availability>;
  /** One PLS as it is now; `undefined` only if Azure says that it does not exist. */
  pls(id: string): Promise<PrivateLinkService | undefined>;
}
