/** What each address of a prefix is, as one byte a cell: what the map draws, counts and walks over. Pure. */
import type { Holder, PrefixMap } from "../../../api/model.ts";

/** In the order of the legend; a cell's byte is an index into it. */
export const KINDS = ["free", "assigned", "claimed", "excluded", "azure"] as const;
export type Kind = (typeof KINDS)[number];

const CODE = { free: 0, assigned: 1, claimed: 2, excluded: 3, azure: 4 } as const;

/** More are not drawn: a prefix of IPv6 has 2^64. */
export const MOST_CELLS = 65_536;

export interface Cells {
  readonly prefix: PrefixMap;
  readonly holders: readonly Holder[];
  readonly size: number;
  /** Index into `KINDS` of each address. */
  readonly kinds: Uint8Array;
  /** Index into `prefix.taken` of each address, or -1. */
  readonly entries: Int32Array;
}

export function isDrawn(prefix: PrefixMap): boolean {
  return prefix.size <= MOST_CELLS && !prefix.first.includes(":");
}

/** Somebody's hold on an address says more than the range it lies in. */
export function readCells(prefix: PrefixMap, holders: readonly Holder[]): Cells {
  const kinds = new Uint8Array(prefix.size);
  const entries = new Int32Array(prefix.size).fill(-1);
  const inOrder = prefix.ranges.toSorted((a, b) => CODE[a.kind] - CODE[b.kind]);
  for (const { from, to, kind } of inOrder) kinds.fill(CODE[kind], from, to + 1);
  for (const [index, [offset, kind]] of prefix.taken.entries()) {
    kinds[offset] = kind === 0 ? CODE.assigned : CODE.claimed;
    entries[offset] = index;
  }
  return { prefix, holders, size: prefix.size, kinds, entries };
}

export function kindAt(cells: Cells, offset: number): Kind {
  return KINDS[cells.kinds[offset] ?? 0] ?? "free";
}

export function isTaken(cells: Cells, offset: number): boolean {
  return (cells.entries[offset] ?? -1) >= 0;
}

/** Together they are the size of the prefix. */
export function countKinds(kinds: Uint8Array): Record<Kind, number> {
  const counts = { free: 0, assigned: 0, claimed: 0, excluded: 0, azure: 0 };
  for (const code of kinds) counts[KINDS[code] ?? "free"] += 1;
  return counts;
}

/** Offsets whose kind or holder is not what it was; none if it is another prefix. */
export function changedCells(before: Cells, after: Cells): number[] {
  if (before.prefix.prefix !== after.prefix.prefix) return [];
  const changed: number[] = [];
  for (let offset = 0; offset < after.size; offset += 1)
    if (
      before.kinds[offset] !== after.kinds[offset] ||
      holderAt(before, offset)?.id !== holderAt(after, offset)?.id
    )
      changed.push(offset);
  return changed;
}

export function holderAt(cells: Cells, offset: number): Holder | undefined {
  const entry = cells.prefix.taken[cells.entries[offset] ?? -1];
  return entry && cells.holders[entry[2]];
}
