/** Ranges of consecutive free addresses. Pure. */
import { kindAt, type Cells } from "./cells.ts";
import { nextFree } from "./movement.ts";

export interface Run {
  readonly from: number;
  readonly length: number;
}

/** In address order; each as long as possible. */
export function freeRuns(kinds: Uint8Array): Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (let offset = 0; offset <= kinds.length; offset += 1) {
    if (offset < kinds.length && kinds[offset] === 0) continue;
    if (offset > from) runs.push({ from, length: offset - from });
    from = offset + 1;
  }
  return runs;
}

/** The first of the longest; `undefined` if no address is free. */
export function longestFreeRun(kinds: Uint8Array): Run | undefined {
  return freeRuns(kinds).reduce<Run | undefined>(
    (longest, run) => (longest && longest.length >= run.length ? longest : run),
    undefined,
  );
}

/** The address itself if it is free, otherwise the nearest free one; in a tie the lower one. */
export function nearestFree(cells: Cells, at: number): number | undefined {
  if (kindAt(cells, at) === "free") return at;
  const [below, above] = [nextFree(cells, at, -1), nextFree(cells, at, 1)];
  if (below === undefined || above === undefined) return below ?? above;
  return at - below <= above - at ? below : above;
}
