/**
 * The kind of each address of a prefix, one byte per cell: input for drawing, counting and navigation.
 * Pure.
 */
import type { Holder, PrefixMap } from "../../../api/model.ts";

/** In the order of the legend; the byte of a cell is an index into it. */
export const KINDS = ["free", "assigned", "claimed", "excluded", "azure"] as const;
export type Kind = (typeof KINDS)[number];

const CODE = { free: 0, assigned: 1, claimed: 2, excluded: 3, azure: 4 } as const;

/** Larger prefixes are not drawn: an IPv6 subnet has 2^64 addresses. */
export const MOST_CELLS = 65_536;

export interface Cells {
  readonly prefix: PrefixMap;
  readonly holders: readonly Holder[];
  readonly size: number;
  /** Index into `KINDS` for each address. */
  readonly kinds: Uint8Array;
  /** Index into `prefix.taken` for each address, or -1. */
  readonly entries: Int32Array;
}

export function isDrawn(prefix: PrefixMap): boolean {
  return prefix.size <= MOST_CELLS && !prefix.first.includes(":");
}

/** A holder takes precedence over the excluded or reserved range that contains the address. */
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

export function isUsed(cells: Cells, offset: number): boolean {
  return (cells.entries[offset] ?? -1) >= 0;
}

/** The sum is the size of the prefix. */
export function countKinds(kinds: Uint8Array): Record<Kind, number> {
  const counts = { free: 0, assigned: 0, claimed: 0, excluded: 0, azure: 0 };
  for (const code of kinds) counts[KINDS[code] ?? "free"] += 1;
  return counts;
}

/** Offsets whose kind or holder changed; empty if the prefix is another. */
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
