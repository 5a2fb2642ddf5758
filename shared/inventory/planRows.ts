/** What a complete scan changes in one subnet's address rows. Pure. */
import { isNamedFor } from "../intents/frontendName.ts";
import type { AddressUse } from "../network/model.ts";
import { parseResourceId, sameId } from "../network/resourceId.ts";
import type { Row, Write } from "../storage/table.ts";
import type { AddressRow } from "./model.ts";

type Reservation = NonNullable<AddressRow["reservation"]>;

/** Differences only; a live reservation survives until Azure shows its owner's frontend. */
export function planRows(
  rows: readonly Row<AddressRow>[],
  uses: ReadonlyMap<string, AddressUse>,
  nowUtc: string,
): Write<AddressRow>[] {
  const known = new Set(rows.map(({ key }) => key));
  const added = [...uses]
    .filter(([key]) => !known.has(key))
    .map(([key, use]): Write<AddressRow> => ({ do: "insert", key, value: assigned(use, nowUtc) }));
  return [...added, ...rows.flatMap((row) => changeOf(row, uses.get(row.key), nowUtc))];
}

function changeOf(row: Row<AddressRow>, use: AddressUse | undefined, nowUtc: string): Write<AddressRow>[] {
  const { key, version, value } = row;
  const reservation = stillNeeded(value.reservation, use, nowUtc);
  if (!use && !reservation) return [{ do: "remove", key, version }];
  const sameHolder = sameId(value.assignment?.holderId ?? "", use?.holderId ?? "");
  if (sameHolder && reservation === value.reservation) return [];
  const base = use
    ? sameHolder
      ? { address: value.address, assignment: value.assignment }
      : assigned(use, nowUtc)
    : { address: value.address };
  return [
    { do: "replace", key, version, value: { ...base, ...(reservation && { reservation }) } as AddressRow },
  ];
}

function stillNeeded(
  reservation: Reservation | undefined,
  use: AddressUse | undefined,
  nowUtc: string,
): Reservation | undefined {
  if (!reservation || reservation.expiresAtUtc <= nowUtc) return undefined;
  const holder = use && parseResourceId(use.holderId)?.name;
  return holder !== undefined && isNamedFor(holder, reservation.owner.uid) ? undefined : reservation;
}

function assigned(use: AddressUse, nowUtc: string): AddressRow {
  return { address: use.address, assignment: { holderId: use.holderId, seenAtUtc: nowUtc } };
}
