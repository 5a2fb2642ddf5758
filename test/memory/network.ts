import type {
  AddressUse,
  Link,
  LoadBalancer,
  ManagedCluster,
  ResourceGroup,
  Subnet,
} from "../../shared/network/model.ts";
import type { Network } from "../../shared/network/port.ts";
import { parseResourceId, sameId } from "../../shared/network/resourceId.ts";
import { CallLog } from "./callLog.ts";

/** An Azure that is what the test says. */
export class MemoryNetwork implements Network {
  readonly calls = new CallLog();
  allSubnets: Subnet[] = [];
  uses: AddressUse[] = [];
  balancers: LoadBalancer[] = [];
  allLinks: Link[] = [];
  /** Others are read one by one. */
  clusters: ManagedCluster[] = [];
  groups: ResourceGroup[] = [];

  async subnets(subscription: string): Promise<readonly Subnet[]> {
    await this.calls.record("subnets", subscription);
    return this.allSubnets.filter((subnet) => inSubscription(subnet.id, subscription));
  }

  async *addressUses(subscription: string): AsyncIterable<AddressUse> {
    await this.calls.record("addressUses", subscription);
    yield* this.uses.filter((use) => inSubscription(use.holderId, subscription));
  }

  async *interfaceUses(subscription: string): AsyncIterable<AddressUse> {
    await this.calls.record("interfaceUses", subscription);
    const isFrontend = ({ holderId }: AddressUse) => /\/loadBalancers\//i.test(holderId);
    yield* this.uses.filter((use) => inSubscription(use.holderId, subscription) && !isFrontend(use));
  }

  async loadBalancers(subscription: string): Promise<readonly LoadBalancer[]> {
    await this.calls.record("loadBalancers", subscription);
    return this.balancers.filter((balancer) => inSubscription(balancer.id, subscription));
  }

  async links(subscription: string): Promise<readonly Link[]> {
    await this.calls.record("links", subscription);
    return this.allLinks.filter((link) => inSubscription(link.id, subscription));
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

  async link(id: string): Promise<Link | undefined> {
    await this.calls.record("link", id);
    return this.allLinks.find((link) => sameId(link.id, id));
  }
}

function inSubscription(id: string, subscription: string): boolean {
  return parseResourceId(id)?.subscription.toLowerCase() === subscription.toLowerCase();
}
