/** The Azure network resources that Mooring reads, in its own words. Pure data; nothing of an SDK. */

export interface Subnet {
  readonly id: string;
  readonly vnetId: string;
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly delegations: readonly string[];
  /** Azure refuses a PLS's NAT address in a subnet where this is Enabled. */
  readonly plsNetworkPolicies: "Enabled" | "Disabled";
}

/** A subnet with the number of its uses as Azure counts them, whether or not the resources can be read. */
export interface CountedSubnet extends Subnet {
  /**
   * IP configurations in the subnet, by the canonical id of what has them: a network interface, also of a scale set, or a frontend. Azure
   * reports no addresses here.
   * @see configurationOwner
   */
  readonly configurations: ReadonlyMap<string, number>;
}

/** Azure says that `holderId` has `address`. The holder is the resource a person would look for (a load
 * balancer's frontend, a PLS, a private endpoint, a network interface), by id. */
export interface AddressUse {
  readonly address: string;
  readonly subnetId: string;
  readonly holderId: string;
  /** The network interface with the address, if Azure created it for the holder (a Private Link Service, a private endpoint). */
  readonly interfaceId?: string;
  /** Load-balancing rules of the holder, if it is a frontend that has any; sorted by name. */
  readonly uses?: readonly PortUse[];
}

/** ARM's own answer about one address of a virtual network. */
export interface Availability {
  readonly available: boolean;
  /** Free addresses of the same subnet, at most five; empty if the address is free or in no subnet. */
  readonly alternatives: readonly string[];
}

/** A port of a frontend, and the rule that has it. */
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

/** The states that Azure documents. It may introduce others: what a state permits is listed where it is used. */
export const CONNECTION_STATUSES = ["Pending", "Approved", "Rejected", "Disconnected"] as const;

export interface Connection {
  readonly id: string;
  readonly name: string;
  /** Absent when Azure no longer tells (the endpoint is gone). */
  readonly endpointId?: string;
  /** As Azure reports it; empty if it reports none. */
  readonly status: string;
  readonly description: string;
}

/** One of a PLS's NAT IP configurations. */
export interface NatAddress {
  readonly subnetId: string;
  /** Only of a static one. */
  readonly address?: string;
}

export interface PrivateLinkService {
  readonly id: string;
  /** Changes with every write of the Private Link Service; absent where it was not read. */
  readonly version?: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly provisioningState: string;
  readonly alias: string;
  /** Empty when Azure reports none; `["*"]` is everybody. */
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
  /** Only the name: it lies in the managed cluster's subscription. Empty if ARM does not report it: then it may be any. */
  readonly nodeResourceGroup: string;
  /** Ids of the subnets of its nodes and pods, in the order of its agent pools; empty if AKS made the network. */
  readonly subnetIds: readonly string[];
  readonly provisioningState: string;
  /** Object ids of the identities with which its control plane asks Azure; empty if it has a service principal. */
  readonly principalIds: readonly string[];
}

export interface ResourceGroup {
  readonly id: string;
  /** Id of the resource that manages the group: of a node resource group, the managed cluster. */
  readonly managedBy?: string;
}
