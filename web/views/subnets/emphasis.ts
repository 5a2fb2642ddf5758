/** Matches of the filters on a map, one byte per cell; other cells are dimmed. Pure. */
import { KINDS, type Cells, type Kind } from "./cells.ts";

export interface Wanted {
  /** Kinds selected in the legend; none means all. */
  readonly kinds: readonly Kind[];
  /** Matches of the search; undefined without a search. */
  readonly found?: readonly number[] | undefined;
}

/** `undefined` if every cell matches. */
export function emphasisOf(cells: Cells, { kinds, found }: Wanted): Uint8Array | undefined {
  if (kinds.length === 0 && found === undefined) return undefined;
  const codes = new Set(kinds.map((kind) => KINDS.indexOf(kind)));
  const mask = new Uint8Array(cells.size);
  const isChosen = (offset: number) => codes.size === 0 || codes.has(cells.kinds[offset] ?? 0);
  if (found) for (const offset of found) mask[offset] = isChosen(offset) ? 1 : 0;
  else for (let offset = 0; offset < cells.size; offset += 1) mask[offset] = isChosen(offset) ? 1 : 0;
  return mask;
}
