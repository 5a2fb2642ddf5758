/** Search within one map: by address, Service or resource. Pure. */
import type { Holder } from "../../../api/model.ts";
import { addressAt, offsetOf } from "./address.ts";
import type { Cells } from "./cells.ts";

/** Offsets in order. A whole address is found even if it is free; a part of one finds the taken that end with it or contain it. */
export function findMatches(cells: Cells, text: string): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const exact = offsetOf(cells.prefix.first, cells.size, wanted);
  if (exact !== undefined) return [exact];
  const isOfAddress = /^[\d.]+$/.test(wanted);
  return isOfAddress ? byAddress(cells, wanted) : byHolder(cells, wanted);
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
