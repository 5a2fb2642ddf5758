/** Changes of the address rows of one subnet by a scan. Pure. */
import { isNamedFor } from "../kubernetes/frontendName.ts";
import type { ServiceKey, ServicePort } from "../kubernetes/intent.ts";
import type { AddressUse, PortUse } from "../azure/networkModel.ts";
import { parseResourceId, sameId } from "../azure/resourceId.ts";
import type { Row, Write } from "../ports/table.ts";
import { isAbsent, type Evidence } from "./evidence.ts";
import { endedKey } from "./mergeClaims.ts";
import type { AddressRow, Assignment, Claim } from "./model.ts";
import { liveClaims, samePort } from "./obstacle.ts";

/** Minimum time between two independent reads. */
const INDEPENDENT_MILLISECONDS = 5000;

/**
 * Returns only differences. An address in a list is written immediately; one that no list contains is
 * released after two complete reads that prove it. A claim whose use Azure shows is confirmed; a claim ends
 * only if it expired or is in `ended`.
 */
export function planRows(
  rows: readonly Row<AddressRow>[],
  evidence: Evidence,
  at: ClaimsNow,
): Write<AddressRow>[] {
  const { nowUtc } = at;
  const known = new Set(rows.map(({ key }) => key));
  const added = [...evidence.uses]
    .filter(([key]) => !known.has(key))
    .map(([key, use]): Write<AddressRow> => ({ do: "insert", key, value: assigned(use, nowUtc) }));
  return [...added, ...rows.flatMap((row) => changeOf(row, evidence, at))];
}

export interface ClaimsNow {
  readonly nowUtc: string;
  /** `endedKey` of the confirmed claims that end. */
  readonly ended: ReadonlySet<string>;
  /** Number of the newest query that was issued to the cluster before Azure was read. */
  readonly sequenceOf: (cluster: string) => number;
}

/** An address that no list contains and that stays assigned. */
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

function changeOf(row: Row<AddressRow>, evidence: Evidence, at: ClaimsNow): Write<AddressRow>[] {
  const { key, version, value } = row;
  const use = evidence.uses.get(key);
  const claims = claimsNow(row, use, at);
  const assignment = assignmentNow(value, { use, evidence, nowUtc: at.nowUtc });
  if (!assignment && claims.length === 0) return [{ do: "remove", key, version }];
  if (assignment === value.assignment && isSameList(claims, value.claims ?? [])) return [];
  const { address } = use ?? value;
  const kept = { ...(assignment && { assignment }), ...(claims.length > 0 && { claims }) };
  return [{ do: "replace", key, version, value: { address, ...kept } }];
}

interface Seen {
  readonly use: AddressUse | undefined;
  readonly evidence: Evidence;
  readonly nowUtc: string;
}

/** The assignment of a row after this read. */
export function assignmentNow(value: AddressRow, { use, evidence, nowUtc }: Seen): Assignment | undefined {
  return use ? seenAssignment(value, use, nowUtc) : unseenAssignment(value, evidence, nowUtc);
}

/** A row's claims after this read: the same objects where nothing changed. */
export function claimsNow(
  { key, value }: Row<AddressRow>,
  use: AddressUse | undefined,
  { nowUtc, ended, sequenceOf }: ClaimsNow,
): readonly Claim[] {
  const live = liveClaims(value, nowUtc).filter(
    (claim) => claim.state === "proposed" || !ended.has(endedKey(key, claim)),
  );
  return live.map((claim) => {
    if (claim.state === "confirmed" || !isConfirmed(claim, use)) return claim;
    const { expiresAtUtc: _ended, ...rest } = claim;
    return { ...rest, state: "confirmed", sequence: sequenceOf(claim.owner.cluster) };
  });
}

function isSameList(a: readonly Claim[], b: readonly Claim[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}

/** The same object if nothing changed. */
function seenAssignment({ assignment }: AddressRow, use: AddressUse, nowUtc: string): Assignment {
  const isSame =
    assignment &&
    assignment.missedAtUtc === undefined &&
    sameId(assignment.holderId, use.holderId) &&
    sameId(assignment.interfaceId ?? "", use.interfaceId ?? "") &&
    sameUses(assignment.uses, use.uses);
  return isSame ? assignment : assigned(use, nowUtc).assignment;
}

/**
 * Unmarked if this read proves nothing, marked if it is the first read that proves the release, `undefined`
 * if it is the second.
 */
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

/** The claims that Azure confirms. */
export function newlyConfirmed(
  rows: readonly Row<AddressRow>[],
  uses: ReadonlyMap<string, AddressUse>,
  { nowUtc }: ClaimsNow,
): readonly { readonly key: string; readonly owner: ServiceKey }[] {
  return rows.flatMap(({ key, value }) =>
    liveClaims(value, nowUtc)
      .filter((claim) => claim.state === "proposed" && isConfirmed(claim, uses.get(key)))
      .map(({ owner }) => ({ key, owner })),
  );
}

/** Number of claims that a scan confirms, because Azure shows their use, and number of claims that end. */
export function countClaims(
  rows: readonly Row<AddressRow>[],
  confirmed: readonly unknown[],
  { nowUtc, ended }: ClaimsNow,
): { readonly confirmed: number; readonly expired: number; readonly ended: number } {
  const all = rows.flatMap(({ value }) => value.claims ?? []);
  const live = rows.flatMap(({ value }) => liveClaims(value, nowUtc));
  return {
    confirmed: confirmed.length,
    expired: all.length - live.length,
    ended: ended.size,
  };
}

function sameUses(a: readonly PortUse[] = [], b: readonly PortUse[] = []): boolean {
  return a.length === b.length && a.every((one, index) => JSON.stringify(one) === JSON.stringify(b[index]));
}

/**
 * True if Azure shows the owner's rules for all ports or, without rules, the frontend that was created for
 * the owner. The name of a frontend alone does not show which of several requests the API server accepted.
 */
function isConfirmed({ owner, ports = [] }: Claim, use: AddressUse | undefined): boolean {
  const holder = use && parseResourceId(use.holderId)?.name;
  if (holder === undefined) return false;
  if (ports.length === 0 || use?.uses === undefined) return isNamedFor(holder, owner.uid);
  const hasRule = (port: ServicePort) =>
    use.uses?.some((one) => isNamedFor(one.rule, owner.uid) && samePort(one, port)) ?? false;
  return ports.every(hasRule);
}

function assigned({ address, holderId, interfaceId, uses }: AddressUse, seenAtUtc: string) {
  const assignment = { holderId, ...(interfaceId && { interfaceId }), seenAtUtc, ...(uses && { uses }) };
  return { address, assignment };
}
