/** Rows of the subnet inventory. */
import type { ServiceKey } from "../intents/model.ts";

/**
 * Who has an address. Partition = canonical subnet id; key = the address in fixed-width hex (`addressKey`), so
 * that key order is numeric order. One row may be an assignment that a reservation led to: then `reservation` stays
 * until Azure confirms the owner's frontend.
 */
export interface AddressRow {
  readonly address: string;
  /** Set when Azure says that a resource holds the address. */
  readonly assignment?: { readonly holderId: string; readonly seenAtUtc: string };
  /** Set when a Service was promised the address. */
  readonly reservation?: { readonly owner: ServiceKey; readonly expiresAtUtc: string };
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
  readonly usedAddresses: number;
  readonly scannedAtUtc: string;
}
