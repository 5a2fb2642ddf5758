/** Mooring's model of Azure network resources. Pure data, independent of SDKs. */

export interface Subnet {
  readonly id: string;
  readonly vnetId: string;
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly delegations: readonly string[];
  /** Azure refuses a PLS's NAT address in a subnet where this is Enabled. */
  readonly plsNetworkPolicies: "Enabled" | "Disabled";
}

/** A subnet with the number of its uses as Azure counts them, including resources that Mooring cannot read. */
export interface CountedSubnet extends Subnet {
  /**
   * Number of IP configurations in the subnet, by the canonical id of their owner: a network interface (also of a scale set) or a
   * frontend. Azure returns no addresses here.
   * @see configurationOwner
   */
  readonly configurations: ReadonlyMap<string, number>;
}

/** Azure assigns `address` to `holderId`: the id of a load balancer's frontend, a PLS, a private endpoint or a network interface. */
export interface AddressUse {
  readonly address: string;
  readonly subnetId: string;
  readonly holderId: string;
  /** The network interface that has the address, if Azure created it for the holder (a Private Link Service or private endpoint). */
  readonly interfaceId?: string;
  /** Load-balancing rules of the holder, if it is a frontend with rules; sorted by name. */
  readonly uses?: readonly PortUse[];
}

/** ARM's result for one address of a virtual network. */
export interface Availability {
  readonly available: boolean;
  /** Free addresses of the same subnet, at most five; empty if the address is free or in no subnet. */
  readonly alternatives: readonly string[];
}

/** A port of a frontend, and the rule that uses it. */
export interface PortUse {
  readonly rule: string;
  readonly protocol: string;
  readonly port: number;
}

export interface Frontend {
  readonly id: string;
  readonly name: string;
  readonly address?: string;
  readonly subnetId?: string;
  readonly isPublic: boolean;
}

export interface Rule {
  readonly id: string;
  readonly name: string;
  readonly frontendId: string;
  readonly protocol: string;
  readonly port: number;
  readonly poolIds: readonly string[];
  readonly probeId?: string;
}

export interface Probe {
  readonly id: string;
  readonly name: string;
}

export interface Pool {
  readonly id: string;
  readonly name: string;
  /** Backend IP configurations and addresses in the pool. */
  readonly members: number;
}

export interface LoadBalancer {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly sku: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly provisioningState: string;
  readonly frontends: readonly Frontend[];
  readonly rules: readonly Rule[];
  readonly pools: readonly Pool[];
  readonly probes: readonly Probe[];
  /** Frontends that outbound rules, inbound NAT rules or NAT pools refer to, by frontend id. */
  readonly otherFrontendUses: readonly string[];
}

/** The documented states. Azure may add others: code lists the states that permit an action. */
export const CONNECTION_STATUSES = ["Pending", "Approved", "Rejected", "Disconnected"] as const;

export interface Connection {
  readonly id: string;
  readonly name: string;
  /** Absent if Azure no longer returns it, because the endpoint was deleted. */
  readonly endpointId?: string;
  /** As Azure returns it; empty if it returns none. */
  readonly status: string;
  readonly description: string;
}

/** One of a PLS's NAT IP configurations. */
export interface NatAddress {
  readonly subnetId: string;
  /** Only for a static one. */
  readonly address?: string;
}

export interface PrivateLinkService {
  readonly id: string;
  /** Changes with every write of the Private Link Service; absent if it was not read. */
  readonly version?: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly provisioningState: string;
  readonly alias: string;
  /** Empty if Azure returns none; `["*"]` means all subscriptions. */
  readonly visibility: readonly string[];
  readonly autoApproval: readonly string[];
  readonly fqdns: readonly string[];
  readonly proxyProtocol: boolean;
  readonly frontendIds: readonly string[];
  readonly natAddresses: readonly NatAddress[];
  readonly connections: readonly Connection[];
}

export interface ManagedCluster {
  readonly id: string;
  readonly location: string;
  /** Only the name: the group is in the managed cluster's subscription. Empty if ARM does not return it: then it is unknown. */
  readonly nodeResourceGroup: string;
  /** Ids of the subnets of its nodes and pods, in the order of its agent pools; empty if AKS created the network. */
  readonly subnetIds: readonly string[];
  readonly provisioningState: string;
  /** Object ids of the identities that its control plane uses in Azure; empty if it has a service principal. */
  readonly principalIds: readonly string[];
}

export interface ResourceGroup {
  readonly id: string;
  /** Id of the resource that manages the group: for a node resource group, the managed cluster. */
  readonly managedBy?: string;
}
