/** The used addresses of all prefixes of a subnet as table rows. Pure. */
import type { AddressMap, Holder } from "../../../api/model.ts";
import { addressAt } from "./address.ts";

export interface UsedAddress {
  readonly address: string;
  readonly kind: "assigned" | "claimed";
  readonly holder: Holder;
  /** Time of the assignment or of the claim. */
  readonly atUtc: string;
}

const UNKNOWN: Holder = { id: "", name: "unknown", kind: "other" };

export function usedAddresses({ prefixes, holders }: AddressMap): UsedAddress[] {
  return prefixes.flatMap(({ first, taken }) =>
    taken.map(([offset, kind, holder, atUtc]) => ({
      address: addressAt(first, offset),
      kind: kind === 0 ? "assigned" : "claimed",
      holder: holders[holder] ?? UNKNOWN,
      atUtc,
    })),
  );
}
