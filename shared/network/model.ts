/** The Azure network resources that Mooring reads, in its own words. Pure data; nothing of an SDK. */

export interface Subnet {
  readonly id: string;
  readonly vnetId: string;
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly delegations: readonly string[];
  /** Azure refuses a link's NAT address in a subnet where this is Enabled. */
  readonly linkNetworkPolicies: "Enabled" | "Disabled";
}

/** Azure says that `holderId` has `address`. The holder is the resource a person would look for (a load
 * balancer's frontend, a link, a private endpoint, a network interface), by id. */
export interface AddressUse {
  readonly address: string;
  readonly subnetId: string;
  readonly holderId: string;
  /** Load-balancing rules of the holder, if it is a frontend that has any; sorted by name. */
  readonly uses?: readonly PortUse[];
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

export type ConnectionStatus = "Pending" | "Approved" | "Rejected" | "Disconnected";

export interface Connection {
  readonly id: string;
  readonly name: string;
  /** Absent when Azure no longer tells (the endpoint is gone). */
  readonly endpointId?: string;
  readonly status: ConnectionStatus;
  readonly description: string;
}

/** One of a link's NAT IP configurations. */
export interface NatAddress {
  readonly subnetId: string;
  /** Only of a static one. */
  readonly address?: string;
}

export interface Link {
  readonly id: string;
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
  /** Object ids of the identities with which its control plane asks Azure; empty if it has a service principal. */
  readonly principalIds: readonly string[];
}
