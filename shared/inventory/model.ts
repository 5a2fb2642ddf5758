/** Rows of the subnet inventory. */
import type { ServiceKey, ServicePort } from "../kubernetes/intent.ts";
import type { PortUse } from "../azure/networkModel.ts";

/**
 * Who has an address, or the name of a Private Link Service. Addresses: partition = canonical subnet id; key = the address in fixed-width
 * hex (`addressKey`), so that key order is numeric order. Names: see `places.ts`.
 */
export interface AddressRow {
  /** The address, or the name. */
  readonly address: string;
  /** Set while Azure reports that a resource holds the address. */
  readonly assignment?: Assignment;
  /** Services that declare it. Never empty. */
  readonly claims?: readonly Claim[];
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

/**
 * A Service that declares an address. A proposed claim is what admission saw; it expires. A confirmed one has no clock: it ends when a
 * later list of the cluster lacks it and Azure does not assign the address to it, or when an operator ends it.
 */
export type Claim = {
  readonly owner: ServiceKey;
  readonly sinceUtc: string;
  /** Ports on a frontend that may be shared; absent: the address is for the owner alone. */
  readonly ports?: readonly ServicePort[];
  /** `[cluster/]namespace/name` of the Service that this one replaces. */
  readonly replaces?: string;
  /** Azure would not give the address to the owner; ends when Azure confirms that it would, or shows that the owner has it. */
  readonly problem?: ClaimProblem;
} & (
  | { readonly state: "proposed"; readonly expiresAtUtc: string }
  | {
      readonly state: "confirmed";
      /** Number of the query that confirmed it, or the newest one when Azure did: a later list may end the claim. */
      readonly sequence: number;
    }
);

/** What Azure answered when the claim was verified. */
export interface ClaimProblem {
  /** Since when. */
  readonly sinceUtc: string;
  /** What Azure's lists show; absent: they do not show what uses the address. */
  readonly holderId?: string;
  /** Free addresses of the subnet, by Azure. */
  readonly alternatives: readonly string[];
}

/** Partition = canonical VNet id; key = subnet name in lower case. */
export interface SubnetRow {
  readonly id: string;
  readonly vnetId: string;
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly delegations: readonly string[];
  readonly plsNetworkPolicies: "Enabled" | "Disabled";
  /** Addresses that a resource may have: all of the prefixes less Azure's five each. */
  readonly usableAddresses: number;
  /** Addresses that are not free: assigned, used without Mooring knowing the address, and claimed. */
  readonly usedAddresses: number;
  /** How many of these Azure counts in the subnet without Mooring knowing the address; absent from scans of earlier versions. */
  readonly unknownUses?: number;
  /** How many of these Services claim and Azure does not assign; absent: none. */
  readonly claimedAddresses?: number;
  /** How many of these each kind of holder has; absent from scans of earlier versions. */
  readonly heldBy?: Readonly<Record<string, number>>;
  /** Long ranges without a free address at the last scan, as `first-last`: a search need not read them. */
  readonly fullRanges?: readonly string[];
  /** A number for the addresses and holders that the last scan saw, by subscription of the holders (`digestOf`). */
  readonly digests?: Readonly<Record<string, number>>;
  readonly scannedAtUtc: string;
}

/** What admission must know of a PLS. Partition = subscription, lower case; key = `resourcegroup/name`, lower case. */
export interface PlsRow {
  readonly id: string;
  readonly name: string;
  /** The CCM's owner tag, `namespace/name`; absent if the controller did not make the PLS. */
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
