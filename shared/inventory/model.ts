/** Rows of the subnet inventory. */
import type { ServiceKey, ServicePort } from "../kubernetes/intent.ts";
import type { PortUse } from "../azure/networkModel.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly subnets: Table<SubnetRow>;
    readonly addresses: Table<AddressRow>;
    readonly privateLinkServices: Table<PlsRow>;
    readonly vnets: Table<VnetRow>;
  }
}

/**
 * Claims and assignment of an address, or of the name of a Private Link Service. Addresses: partition =
 * canonical subnet id; key = the address in fixed-width hex (`addressKey`), so that key order is numeric
 * order. Names: see `places.ts`.
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
  /** Time of the first complete read of Azure without this use: a second one releases the address. */
  readonly missedAtUtc?: string;
  /** Load-balancing rules, if the holder is a frontend that has any. */
  readonly uses?: readonly PortUse[];
}

/**
 * A Service that declares an address. A proposed claim comes from admission and expires. A confirmed one does
 * not expire: it ends when a later list of the cluster lacks it and Azure does not assign the address to it,
 * or when an operator releases it.
 */
export type Claim = {
  readonly owner: ServiceKey;
  readonly sinceUtc: string;
  /** Ports on a frontend that may be shared; absent if the address is exclusive. */
  readonly ports?: readonly ServicePort[];
  /** `[cluster/]namespace/name` of the Service that this one replaces. */
  readonly replaces?: string;
  /**
   * Present if Azure cannot assign the address to the owner; removed when Azure reports it as available, or
   * assigned to the owner.
   */
  readonly problem?: ClaimProblem;
} & (
  | {
      readonly state: "proposed";
      readonly expiresAtUtc: string;
      /** Id of the Private Link Service that an undo creates again with this name; absent from claims of admission. */
      readonly restores?: string;
    }
  | {
      readonly state: "confirmed";
      /**
       * Number of the query that confirmed it, or of the newest query when Azure confirmed it: a later list
       * may end the claim.
       */
      readonly sequence: number;
    }
);

/** Result of the verification by Azure. */
export interface ClaimProblem {
  /** Since when. */
  readonly sinceUtc: string;
  /** Use of the address in Azure's lists; absent if they do not contain it. */
  readonly holderId?: string;
  /** Free addresses of the subnet that Azure suggests. */
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
  /** Addresses for resources: all of the prefixes, without the five that Azure reserves in each. */
  readonly usableAddresses: number;
  /** Addresses that are not free: assigned, used at an address that is not recorded, and claimed. */
  readonly usedAddresses: number;
  /**
   * How many of these Azure counts in the subnet without a recorded address; absent from scans of earlier
   * versions.
   */
  readonly unknownUses?: number;
  /** How many of these Services claim and Azure does not assign; absent: none. */
  readonly claimedAddresses?: number;
  /** How many of these each kind of holder has; absent from scans of earlier versions. */
  readonly heldBy?: Readonly<Record<string, number>>;
  /** Long ranges without a free address at the last scan, as `first-last`: a search need not read them. */
  readonly fullRanges?: readonly string[];
  /** Digest of the addresses and holders of the last scan, by subscription of the holders (`digestOf`). */
  readonly digests?: Readonly<Record<string, number>>;
  readonly scannedAtUtc: string;
}

/**
 * The parts of a PLS that admission needs. Partition = subscription, lower case; key = `resourcegroup/name`,
 * lower case.
 */
export interface PlsRow {
  readonly id: string;
  readonly name: string;
  /** The CCM's owner tag, `namespace/name`; absent if the controller did not create the PLS. */
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
  /** Absent if Azure does not report the endpoint. */
  readonly subscription?: string;
}

/**
 * A virtual network of the last complete scan. Partition `all`; key = canonical id. Partition `names`: see
 * `declarations/subscriptions.ts`.
 */
export interface VnetRow {
  readonly id: string;
  readonly scannedAtUtc: string;
}
