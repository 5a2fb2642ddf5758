/**
 * Port: reads Azure network resources in lists, so that the number of requests grows with pages and scale sets, not with
 * resources. ARM filters lists by permissions: a resource that is absent from a list may exist.
 * Implementations: `shared/adapters/network.ts` and `test/memory/network.ts`.
 * Never writes. An incomplete read throws: a partial list must never look complete.
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
  /** The subnets of one virtual network, read by its id; `undefined` only if ARM returns 404 for it or its resource group. */
  subnetsOf(vnetId: string): Promise<readonly CountedSubnet[] | undefined>;
  /**
   * Private addresses of a subscription's network interfaces, page by page; private endpoints and Private Link Services have such
   * interfaces too. Without those of uniform scale sets: no list of a subscription contains them. May contain an address twice.
   */
  interfaceUses(subscription: string): AsyncIterable<AddressUse>;
  /** Private addresses of a subscription's load balancers (`usesOfBalancer`). */
  frontendUses(subscription: string): AsyncIterable<AddressUse>;
  /** Private addresses of a subscription's application gateways. */
  gatewayUses(subscription: string): AsyncIterable<AddressUse>;
  /** Private addresses of a uniform scale set's instances; none if ARM returns 404 for it or its resource group. */
  scaleSetUses(scaleSetId: string): AsyncIterable<AddressUse>;
  loadBalancers(subscription: string): Promise<readonly LoadBalancer[]>;
  privateLinkServices(subscription: string): Promise<readonly PrivateLinkService[]>;
  managedClusters(subscription: string): Promise<readonly ManagedCluster[]>;
  /** One managed cluster, read by its id; `undefined` only if ARM returns 404 for it or its resource group. */
  managedCluster(id: string): Promise<ManagedCluster | undefined>;
  /** One resource group, read by its name; `undefined` only if ARM returns 404 for it. */
  resourceGroup(subscription: string, name: string): Promise<ResourceGroup | undefined>;
  /**
   * Whether Azure can assign the address now. Includes uses that lists do not contain.
   * @throws Refused if the virtual network does not exist or may not be read
   */
  availability(vnetId: string, address: string): Promise<Availability>;
  /** The current state of a PLS; `undefined` only if Azure states that it does not exist. */
  pls(id: string): Promise<PrivateLinkService | undefined>;
}
