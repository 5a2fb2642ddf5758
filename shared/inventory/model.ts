/** Rows of the subnet inventory. */
import type { ServiceKey, ServicePort } from "../intents/model.ts";
import type { PortUse } from "../network/model.ts";

/**
 * Who has an address. Partition = canonical subnet id; key = the address in fixed-width hex (`addressKey`), so
 * that key order is numeric order. One row may be an assignment that a reservation led to: then the reservation stays
 * until Azure confirms the owner's frontend.
 */
export interface AddressRow {
  readonly address: string;
  /** Set when Azure says that a resource holds the address. */
  readonly assignment?: Assignment;
  /** Services that were promised the address: several only of one cluster, on different ports. Never empty. */
  readonly reservations?: readonly Reservation[];
}

export interface Assignment {
  readonly holderId: string;
  /** The network interface with the address, if Azure created it for the holder. */
  readonly interfaceId?: string;
  readonly seenAtUtc: string;
  /** When a complete read of Azure first showed no such use: a second one releases the address. */
  readonly missedAtUtc?: string;
  /** Load-balancing rules, if the holder is a frontend that has any. */
  readonly uses?: readonly PortUse[];
}

export interface Reservation {
  readonly owner: ServiceKey;
  readonly expiresAtUtc: string;
  /** Ports on a frontend that may be shared; absent: the address is for the owner alone. */
  readonly ports?: readonly ServicePort[];
}

/** Partition = canonical VNet id; key = subnet name in lower case. */
export interface SubnetRow {
  readonly id: string;
  readonly vnetId: string;
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly delegations: readonly string[];
  readonly linkNetworkPolicies: "Enabled" | "Disabled";
  /** Addresses that a resource may have: all of the prefixes less Azure's five each. */
  readonly usableAddresses: number;
  /** Addresses in use, those that are not known among them. */
  readonly usedAddresses: number;
  /** How many of these Azure counts in the subnet without Mooring knowing the address; absent from scans of earlier versions. */
  readonly unknownUses?: number;
  /** Long ranges without a free address at the last scan, as `first-last`: a search need not read them. */
  readonly fullRanges?: readonly string[];
  /** A number for the addresses and holders that the last scan saw, by subscription of the holders (`digestOf`). */
  readonly digests?: Readonly<Record<string, number>>;
  readonly scannedAtUtc: string;
}

/** What admission must know of a link. Partition = subscription, lower case; key = `resourcegroup/name`, lower case. */
export interface LinkRow {
  readonly id: string;
  readonly name: string;
  /** The CCM's owner tag, `namespace/name`; absent if the controller did not make the link. */
  readonly owner?: string;
  readonly frontendIds: readonly string[];
  /** Addresses of those frontends. */
  readonly frontendAddresses: readonly string[];
  /** Subnets of its NAT addresses. */
  readonly subnetIds?: readonly string[];
  readonly consumers: readonly Consumer[];
}

export interface Consumer {
  readonly status: string;
  /** Absent when Azure does not tell the endpoint. */
  readonly subscription?: string;
}
