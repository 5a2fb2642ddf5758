import {
  AZURE_FIRST,
  contains,
  formatAddress,
  parseAddress,
  parsePrefixes,
  type Address,
  type Prefix,
} from "../../shared/azure/prefix.ts";
import { Refused } from "../../shared/core/errors.ts";
import { ownerOfUse, scaleSetOf } from "../../shared/azure/configurations.ts";
import type {
  AddressUse,
  Availability,
  CountedSubnet,
  PrivateLinkService,
  LoadBalancer,
  ManagedCluster,
  ResourceGroup,
  Subnet,
} from "../../shared/azure/networkModel.ts";
import type { Network } from "../../shared/ports/network.ts";
import { canonicalId, parseResourceId, sameId } from "../../shared/azure/resourceId.ts";
import { CallLog } from "./callLog.ts";

/** An Azure with the test's resources. */
export class MemoryNetwork implements Network {
  readonly calls = new CallLog();
  allSubnets: Subnet[] = [];
  /** What lists show. */
  uses: AddressUse[] = [];
  /** What only the count of a subnet shows: lists are filtered by permissions. */
  hiddenUses: AddressUse[] = [];
  balancers: LoadBalancer[] = [];
  allPrivateLinkServices: PrivateLinkService[] = [];
  /** Others are read one by one. */
  clusters: ManagedCluster[] = [];
  groups: ResourceGroup[] = [];

  async subnets(subscription: string): Promise<readonly CountedSubnet[]> {
    await this.calls.record("subnets", subscription);
    return this.#counted().filter((subnet) => inSubscription(subnet.id, subscription));
  }

  async subnetsOf(vnetId: string): Promise<readonly CountedSubnet[] | undefined> {
    await this.calls.record("subnetsOf", vnetId);
    const found = this.#counted().filter((subnet) => sameId(subnet.vnetId, vnetId));
    return found.length > 0 ? found : undefined;
  }

  /** As ARM counts: what lists do not show is counted all the same. */
  #counted(): CountedSubnet[] {
    const uses = Map.groupBy([...this.uses, ...this.hiddenUses], ({ subnetId }) => canonicalId(subnetId));
    return this.allSubnets.map((subnet) => {
      const configurations = new Map<string, number>();
      for (const use of uses.get(canonicalId(subnet.id)) ?? [])
        configurations.set(ownerOfUse(use), (configurations.get(ownerOfUse(use)) ?? 0) + 1);
      return { ...subnet, configurations };
    });
  }

  async *interfaceUses(subscription: string): AsyncIterable<AddressUse> {
    await this.calls.record("interfaceUses", subscription);
    const others = /\/(loadBalancers|applicationGateways|virtualMachineScaleSets)\//i;
    yield* this.#uses(subscription).filter(({ holderId }) => !others.test(holderId));
  }

  async *frontendUses(subscription: string): AsyncIterable<AddressUse> {
    await this.calls.record("frontendUses", subscription);
    yield* this.#uses(subscription).filter(({ holderId }) => /\/loadBalancers\//i.test(holderId));
  }

  async *gatewayUses(subscription: string): AsyncIterable<AddressUse> {
    await this.calls.record("gatewayUses", subscription);
    yield* this.#uses(subscription).filter(({ holderId }) => /\/applicationGateways\//i.test(holderId));
  }

  async *scaleSetUses(scaleSetId: string): AsyncIterable<AddressUse> {
    await this.calls.record("scaleSetUses", canonicalId(scaleSetId));
    yield* this.uses.filter(({ holderId }) => scaleSetOf(holderId) === canonicalId(scaleSetId));
  }

  #uses(subscription: string): AddressUse[] {
    return this.uses.filter((use) => inSubscription(use.holderId, subscription));
  }

  async loadBalancers(subscription: string): Promise<readonly LoadBalancer[]> {
    await this.calls.record("loadBalancers", subscription);
    return this.balancers.filter((balancer) => inSubscription(balancer.id, subscription));
  }

  async privateLinkServices(subscription: string): Promise<readonly PrivateLinkService[]> {
    await this.calls.record("privateLinkServices", subscription);
    return this.allPrivateLinkServices.filter((pls) => inSubscription(pls.id, subscription));
  }

  async managedClusters(subscription: string): Promise<readonly ManagedCluster[]> {
    await this.calls.record("managedClusters", subscription);
    return this.clusters.filter(({ id }) => inSubscription(id, subscription));
  }

  async managedCluster(id: string): Promise<ManagedCluster | undefined> {
    await this.calls.record("managedCluster", id);
    return this.clusters.find((one) => sameId(one.id, id));
  }

  async resourceGroup(subscription: string, name: string): Promise<ResourceGroup | undefined> {
    await this.calls.record("resourceGroup", subscription, name);
    return this.groups.find(({ id }) => sameId(id, `/subscriptions/${subscription}/resourceGroups/${name}`));
  }

  async availability(vnetId: string, address: string): Promise<Availability> {
    await this.calls.record("availability", vnetId, address);
    const subnets = this.allSubnets.filter((subnet) => sameId(subnet.vnetId, vnetId));
    if (subnets.length === 0) throw new Refused(`${vnetId}: ResourceNotFound`);
    const wanted = parseAddress(address);
    for (const subnet of subnets)
      for (const prefix of parsePrefixes(subnet.prefixes))
        if (wanted && contains(prefix, wanted)) return this.#availabilityIn(subnet, prefix, wanted);
    return { available: false, alternatives: [] };
  }

  #availabilityIn({ id }: Subnet, prefix: Prefix, wanted: Address): Availability {
    const used = [...this.uses, ...this.hiddenUses].filter(({ subnetId }) => sameId(subnetId, id));
    const taken = new Set(used.map(({ address }) => parseAddress(address)?.value));
    const [first, last] = [prefix.first + AZURE_FIRST, prefix.last - 1n];
    const isFree = (value: bigint) => value >= first && value <= last && !taken.has(value);
    if (isFree(wanted.value)) return { available: true, alternatives: [] };
    const alternatives: string[] = [];
    for (let value = first; value <= last && alternatives.length < 5; value += 1n)
      if (isFree(value)) alternatives.push(formatAddress({ ...wanted, value }));
    return { available: false, alternatives };
  }

  async pls(id: string): Promise<PrivateLinkService | undefined> {
    await this.calls.record("pls", id);
    return this.allPrivateLinkServices.find((pls) => sameId(pls.id, id));
  }
}

function inSubscription(id: string, subscription: string): boolean {
  return parseResourceId(id)?.subscription.toLowerCase() === subscription.toLowerCase();
}
