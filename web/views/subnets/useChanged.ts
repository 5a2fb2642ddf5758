import { useEffect, useRef, useState } from "preact/hooks";
import { changedCells, type Cells } from "./cells.ts";

const SHOWN_MILLISECONDS = 4000;

/** Offsets that changed in the last refresh, for a few seconds. */
export function useChanged(cells: Cells): readonly number[] {
  const before = useRef(cells);
  const [changed, setChanged] = useState<readonly number[]>([]);
  useEffect(() => {
    const now = before.current === cells ? [] : changedCells(before.current, cells);
    before.current = cells;
    if (now.length > 0) setChanged(now);
  }, [cells]);
  useEffect(() => {
    if (changed.length === 0) return undefined;
    const timer = setTimeout(() => setChanged([]), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [changed]);
  return changed;
}
