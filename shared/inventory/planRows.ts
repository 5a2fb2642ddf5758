/** What a scan changes in one subnet's address rows. Pure. */
import { isNamedFor } from "../intents/frontendName.ts";
import type { ServicePort } from "../intents/model.ts";
import type { AddressUse, PortUse } from "../network/model.ts";
import { parseResourceId, sameId } from "../network/resourceId.ts";
import type { Row, Write } from "../storage/table.ts";
import { isAbsent, type Evidence } from "./evidence.ts";
import type { AddressRow, Assignment, Reservation } from "./model.ts";
import { liveReservations, samePort } from "./obstacle.ts";

/** Two reads count as independent only if they are at least so far apart. */
const INDEPENDENT_MILLISECONDS = 5000;

/**
 * Differences only. What a list shows is written at once; what no list shows is released after two complete reads that prove it. A live
 * reservation survives until Azure shows what it was made for.
 */
export function planRows(
  rows: readonly Row<AddressRow>[],
  evidence: Evidence,
  nowUtc: string,
): Write<AddressRow>[] {
  const known = new Set(rows.map(({ key }) => key));
  const added = [...evidence.uses]
    .filter(([key]) => !known.has(key))
    .map(([key, use]): Write<AddressRow> => ({ do: "insert", key, value: assigned(use, nowUtc) }));
  return [...added, ...rows.flatMap((row) => changeOf(row, evidence, nowUtc))];
}

/** An address that no list shows and that stays assigned. */
export interface Kept {
  readonly key: string;
  readonly address: string;
  readonly assignment: Assignment;
}

export function keptAssignments(
  rows: readonly Row<AddressRow>[],
  evidence: Evidence,
  nowUtc: string,
): Kept[] {
  const unseen = rows.filter(({ key }) => !evidence.uses.has(key));
  return unseen.flatMap(({ key, value }) => {
    const assignment = unseenAssignment(value, evidence, nowUtc);
    return assignment ? [{ key, address: value.address, assignment }] : [];
  });
}

function changeOf(row: Row<AddressRow>, evidence: Evidence, nowUtc: string): Write<AddressRow>[] {
  const { key, version, value } = row;
  const use = evidence.uses.get(key);
  const reservations = liveReservations(value, nowUtc).filter((one) => !isConfirmed(one, use));
  const assignment = use ? seenAssignment(value, use, nowUtc) : unseenAssignment(value, evidence, nowUtc);
  if (!assignment && reservations.length === 0) return [{ do: "remove", key, version }];
  if (assignment === value.assignment && reservations.length === (value.reservations ?? []).length) return [];
  const { address } = use ?? value;
  const kept = { ...(assignment && { assignment }), ...(reservations.length > 0 && { reservations }) };
  return [{ do: "replace", key, version, value: { address, ...kept } }];
}

/** The row's own if nothing changed. */
function seenAssignment({ assignment }: AddressRow, use: AddressUse, nowUtc: string): Assignment {
  const isSame =
    assignment &&
    assignment.missedAtUtc === undefined &&
    sameId(assignment.holderId, use.holderId) &&
    sameId(assignment.interfaceId ?? "", use.interfaceId ?? "") &&
    sameUses(assignment.uses, use.uses);
  return isSame ? assignment : assigned(use, nowUtc).assignment;
}

/** Unmarked if this read proves nothing, marked if it is the first that proves the release, `undefined` if it is the second. */
function unseenAssignment(
  { assignment }: AddressRow,
  evidence: Evidence,
  nowUtc: string,
): Assignment | undefined {
  if (!assignment) return undefined;
  const { missedAtUtc, ...unmarked } = assignment;
  if (!isAbsent(assignment, evidence)) return missedAtUtc === undefined ? assignment : unmarked;
  if (missedAtUtc === undefined) return { ...assignment, missedAtUtc: nowUtc };
  return Date.parse(nowUtc) - Date.parse(missedAtUtc) >= INDEPENDENT_MILLISECONDS ? undefined : assignment;
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

function assigned({ address, holderId, interfaceId, uses }: AddressUse, seenAtUtc: string) {
  const assignment = { holderId, ...(interfaceId && { interfaceId }), seenAtUtc, ...(uses && { uses }) };
  return { address, assignment };
}
