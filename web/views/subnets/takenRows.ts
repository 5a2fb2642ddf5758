/** Taken addresses of all prefixes of a subnet, as rows. Pure. */
import type { AddressMap, Holder } from "../../../api/model.ts";
import { addressAt } from "./address.ts";

export interface TakenRow {
  readonly address: string;
  readonly kind: "assigned" | "reserved";
  readonly holder: Holder;
  /** Since when it is assigned, or until when it is reserved. */
  readonly atUtc: string;
}

const UNKNOWN: Holder = { id: "", name: "unknown", kind: "other" };

export function takenRows({ prefixes, holders }: AddressMap): TakenRow[] {
  return prefixes.flatMap(({ first, taken }) =>
    taken.map(([offset, kind, holder, atUtc]) => ({
      address: addressAt(first, offset),
      kind: kind === 0 ? "assigned" : "reserved",
      holder: holders[holder] ?? UNKNOWN,
      atUtc,
    })),
  );
}
