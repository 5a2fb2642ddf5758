/** Claims of a row after one is proposed or confirmed. Claims of other Services are always kept. Pure. */
import type { ServicePort } from "../kubernetes/intent.ts";
import type { AddressRow, Claim } from "./model.ts";
import { liveClaims, portName } from "./obstacle.ts";
import { ownerKey, sameOwner, sameService } from "./owner.ts";

export type ProposedClaim = Extract<Claim, { state: "proposed" }>;
export type ConfirmedClaim = Extract<Claim, { state: "confirmed" }>;

/**
 * Adds a proposal of admission. Earlier proposals of a Service of the same name are merged: the API server
 * may have accepted any of them. The row always changes, so that a concurrent scan cannot end the claim.
 */
export function withProposed(row: AddressRow, mine: ProposedClaim, nowUtc: string): AddressRow {
  const live = liveClaims(row, nowUtc);
  const isEarlier = (one: Claim) => one.state === "proposed" && sameService(one.owner, mine.owner);
  const earlier = live.filter(isEarlier);
  const { ports: _mine, ...rest } = { ...problemOf(earlier), ...mine };
  const ports = earlier.reduce((all, one) => unionOf(all, one.ports), mine.ports);
  return { ...row, claims: [...live.filter((one) => !isEarlier(one)), { ...rest, ...(ports && { ports }) }] };
}

/**
 * Adds a confirmation, which ends the proposals of the uid that it covers: the report may be older than a
 * later update at admission. `undefined` if nothing changes.
 */
export function withConfirmed(row: AddressRow, mine: ConfirmedClaim, nowUtc: string): AddressRow | undefined {
  const live = liveClaims(row, nowUtc);
  const own = live.filter(({ owner }) => sameOwner(owner, mine.owner));
  const asked = own.filter((one) => one.state === "proposed" && !isCovered(mine, one));
  const [known] = own;
  const isThere = known?.state === "confirmed" && own.length === 1 && isSame(known, mine);
  if (isThere && known.sequence >= mine.sequence) return undefined;
  const sinceUtc = own.map((one) => one.sinceUtc).toSorted()[0] ?? mine.sinceUtc;
  const confirmed = { ...problemOf(own), ...mine, sinceUtc };
  return { ...row, claims: [...live.filter((one) => !own.includes(one)), confirmed, ...asked] };
}

/** Ended only by Azure. */
function problemOf(claims: readonly Claim[]): Pick<Claim, "problem"> {
  const problem = claims.find((one) => one.problem)?.problem;
  return problem ? { problem } : {};
}

function isCovered(known: Claim, { ports, replaces }: Claim): boolean {
  if (known.replaces !== replaces) return false;
  if (!known.ports || !ports) return known.ports === ports;
  const had = new Set(known.ports.map(portName));
  return ports.every((port) => had.has(portName(port)));
}

function isSame(a: Claim, b: Claim): boolean {
  return isCovered(a, b) && isCovered(b, a);
}

/** Exclusive if either is; otherwise the ports of both. */
function unionOf(
  a: readonly ServicePort[] | undefined,
  b: readonly ServicePort[] | undefined,
): readonly ServicePort[] | undefined {
  if (!a || !b) return a;
  const known = new Set(a.map(portName));
  return [...a, ...b.filter((port) => !known.has(portName(port)))];
}

/** Key of a confirmed claim within a row. */
export function endedKey(key: string, { owner }: Claim): string {
  return `${key} ${ownerKey(owner)}`;
}
