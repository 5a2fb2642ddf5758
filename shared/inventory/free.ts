/**
 * Free addresses of a subnet, nearest to a requested one first. Skips ranges that the last scan found full.
 */
import { addressKey } from "../azure/addressKey.ts";
import { distance, windowsAround } from "../azure/nearest.ts";
import { contains, formatAddress, parseAddress, type Address } from "../azure/prefix.ts";
import { parseRange, without, type Range } from "../azure/addressRange.ts";
import { canonicalId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { AddressRow, SubnetRow } from "./model.ts";

/** Maximum of range reads per search, because the deadline of a review is short. */
const MAX_READS = 9;

export interface FreeSearch {
  readonly subnet: SubnetRow;
  /** Ranges to search. */
  readonly ranges: readonly Range[];
  readonly wanted: Address;
  readonly limit: number;
  /** Rows that count as free although they exist; by default none. */
  readonly isOwn?: (row: AddressRow) => boolean;
}

export interface Found {
  readonly addresses: readonly Address[];
  /** False if the maximum of reads was reached before the end of the ranges: there may be more. */
  readonly isWhole: boolean;
}

/**
 * Free addresses of the ranges, nearest first, the lower one first at equal distance; never the requested
 * one. An address with a row counts as used even if its claims have expired.
 */
export async function findFree(run: Run, search: FreeSearch): Promise<Found> {
  const { subnet, wanted, limit } = search;
  const full = (subnet.fullRanges ?? []).flatMap((text) => parseRange(text) ?? []);
  const ranges = without(search.ranges, full);
  let free: bigint[] = [];
  let reads = 0;
  for (const window of windowsAround(ranges, wanted)) {
    const isNearer = distance(nearestOf(window, wanted.value), wanted.value) < furthest(free, search);
    if (!isNearer) return found(free, search, true);
    if (reads === MAX_READS) return found(free, search, free.length >= limit);
    reads += 1;
    const taken = await takenIn(run, search, window);
    const here = valuesOf(ranges, window).filter((value) => value !== wanted.value && !taken.has(value));
    free = [...free, ...here].toSorted((a, b) => nearness(a, b, wanted.value)).slice(0, limit);
  }
  return found(free, search, true);
}

function found(free: readonly bigint[], { wanted: { family } }: FreeSearch, isWhole: boolean): Found {
  return { addresses: free.map((value) => ({ family, value })), isWhole };
}

/** Maximum distance of an address that improves the result. */
function furthest(free: readonly bigint[], { limit, wanted }: FreeSearch): bigint {
  const last = free[limit - 1];
  return last === undefined ? 1n << 129n : distance(last, wanted.value);
}

function nearestOf({ first, last }: Range, value: bigint): bigint {
  if (value < first) return first;
  return value > last ? last : value;
}

function nearness(a: bigint, b: bigint, wanted: bigint): number {
  const difference = distance(a, wanted) - distance(b, wanted);
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return a < b ? -1 : 1;
}

function valuesOf(ranges: readonly Range[], window: Range): bigint[] {
  const length = Number(window.last - window.first + 1n);
  return Array.from({ length }, (_, n) => window.first + BigInt(n)).filter((value) =>
    ranges.some((range) => contains(range, { family: window.family, value })),
  );
}

async function takenIn(run: Run, { subnet, isOwn }: FreeSearch, window: Range): Promise<Set<bigint>> {
  const key = (value: bigint) => addressKey(formatAddress({ family: window.family, value }));
  const range = { from: key(window.first), to: key(window.last) };
  const taken = new Set<bigint>();
  for await (const { value } of run.ports.tables.addresses.list(canonicalId(subnet.id), range)) {
    const address = parseAddress(value.address);
    if (address && !isOwn?.(value)) taken.add(address.value);
  }
  return taken;
}
