/** Taken addresses of all prefixes of a subnet, as rows. Pure. */
import type { AddressMap, Holder } from "../../../api/model.ts";
import { addressAt } from "./address.ts";

export interface TakenRow {
  readonly address: string;
  readonly kind: "assigned" | "claimed";
  readonly holder: Holder;
  /** Since when it is assigned, or since when it is claimed. */
  readonly atUtc: string;
}

const UNKNOWN: Holder = { id: "", name: "unknown", kind: "other" };

export function takenRows({ prefixes, holders }: AddressMap): TakenRow[] {
  return prefixes.flatMap(({ first, taken }) =>
    taken.map(([offset, kind, holder, atUtc]) => ({
      address: addressAt(first, offset),
      kind: kind === 0 ? "assigned" : "claimed",
      holder: holders[holder] ?? UNKNOWN,
      atUtc,
    })),
  );
}
