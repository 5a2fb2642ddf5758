/** Search in one map: by address, Service or resource. Pure. */
import type { Holder } from "../../../api/model.ts";
import { addressAt, offsetOf } from "./address.ts";
import type { Cells } from "./cells.ts";

/**
 * Matching offsets in order. A complete address matches even if it is free; a part matches used addresses
 * that contain or end with it.
 */
export function findMatches(cells: Cells, text: string): number[] {
  const searched = text.trim().toLowerCase();
  if (searched === "") return [];
  const exact = offsetOf(cells.prefix.first, cells.size, searched);
  if (exact !== undefined) return [exact];
  const isOfAddress = /^[\d.]+$/.test(searched);
  return isOfAddress ? byAddress(cells, searched) : byHolder(cells, searched);
}

function byAddress(cells: Cells, part: string): number[] {
  return cells.prefix.taken
    .map(([offset]) => offset)
    .filter((offset) => `${addressAt(cells.prefix.first, offset)}.`.includes(part));
}

function byHolder(cells: Cells, part: string): number[] {
  const found = new Set(cells.holders.flatMap((holder, index) => (isNamed(holder, part) ? [index] : [])));
  return cells.prefix.taken.flatMap(([offset, , holder]) => (found.has(holder) ? [offset] : []));
}

export function isNamed(holder: Holder, part: string): boolean {
  return [holder.id, holder.name, holder.service ?? ""].some((name) => name.toLowerCase().includes(part));
}

/** All addresses of one holder. */
export function ofHolder(cells: Cells, holderId: string): number[] {
  return cells.prefix.taken.flatMap(([offset, , holder]) =>
    cells.holders[holder]?.id === holderId ? [offset] : [],
  );
}
