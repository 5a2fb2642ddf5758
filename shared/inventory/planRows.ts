/** What a complete scan changes in one subnet's address rows. Pure. */
import { isNamedFor } from "../intents/frontendName.ts";
import type { ServicePort } from "../intents/model.ts";
import type { AddressUse, PortUse } from "../network/model.ts";
import { parseResourceId, sameId } from "../network/resourceId.ts";
import type { Row, Write } from "../storage/table.ts";
import type { AddressRow, Reservation } from "./model.ts";
import { liveReservations, samePort } from "./obstacle.ts";

/** Differences only; a live reservation survives until Azure shows what it was made for. */
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
  const kept = liveReservations(value, nowUtc).filter((one) => !isConfirmed(one, use));
  if (!use && kept.length === 0) return [{ do: "remove", key, version }];
  const isSame = isSameAssignment(value, use);
  if (isSame && kept.length === (value.reservations ?? []).length) return [];
  const { address, assignment } = value;
  const base = use && !isSame ? assigned(use, nowUtc) : { address, ...(use && assignment && { assignment }) };
  return [
    { do: "replace", key, version, value: { ...base, ...(kept.length > 0 && { reservations: kept }) } },
  ];
}

/** How many reservations a scan ends, since Azure shows what they were for, or their time has run out. */
export function endedReservations(
  rows: readonly Row<AddressRow>[],
  uses: ReadonlyMap<string, AddressUse>,
  nowUtc: string,
): { readonly confirmed: number; readonly expired: number } {
  const live = rows.flatMap((row) =>
    liveReservations(row.value, nowUtc).map((held) => isConfirmed(held, uses.get(row.key))),
  );
  const all = rows.reduce((sum, { value }) => sum + (value.reservations?.length ?? 0), 0);
  return { confirmed: live.filter(Boolean).length, expired: all - live.length };
}

function isSameAssignment({ assignment }: AddressRow, use: AddressUse | undefined): boolean {
  if (!assignment || !use) return !assignment && !use;
  return sameId(assignment.holderId, use.holderId) && sameUses(assignment.uses, use.uses);
}

function sameUses(a: readonly PortUse[] = [], b: readonly PortUse[] = []): boolean {
  return a.length === b.length && a.every((one, index) => JSON.stringify(one) === JSON.stringify(b[index]));
}

/** Azure shows the frontend that was made for the owner, or the owner's own rules on a shared one. */
function isConfirmed({ owner, ports = [] }: Reservation, use: AddressUse | undefined): boolean {
  const holder = use && parseResourceId(use.holderId)?.name;
  if (holder === undefined) return false;
  const hasRule = (port: ServicePort) =>
    use?.uses?.some((one) => isNamedFor(one.rule, owner.uid) && samePort(one, port)) ?? false;
  return isNamedFor(holder, owner.uid) || (ports.length > 0 && ports.every(hasRule));
}

function assigned({ address, holderId, uses }: AddressUse, nowUtc: string): AddressRow {
  return { address, assignment: { holderId, seenAtUtc: nowUtc, ...(uses && { uses }) } };
}
