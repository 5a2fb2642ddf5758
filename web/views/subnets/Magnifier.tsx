import { useMemo } from "preact/hooks";
import { addressAt } from "./address.ts";
import type { Marks } from "./drawMarks.ts";
import type { View } from "./draw.ts";
import { factsOf } from "./facts.ts";
import { boxOf, planLayout } from "./layout.ts";
import { MapCanvas } from "./MapCanvas.tsx";
import { MapTip } from "./MapTip.tsx";
import type { Palette } from "./palette.ts";
import { blockOf } from "./planFigure.ts";

interface MagnifierProps {
  /** The whole map. */
  view: View;
  /** What is magnified is the /24 around it. */
  at: number;
  width: number;
  marks: Marks;
  palette: Palette | undefined;
  hasTip: boolean;
  onPoint: (offset: number | undefined) => void;
  onPick: (offset: number) => void;
}

/** For the eye and the pointer only: the keyboard walks the whole map and this follows. */
export function Magnifier({ view, at, width, hasTip, ...rest }: MagnifierProps) {
  const from = blockOf(at);
  const magnified = useMemo<View>(() => {
    const layout = planLayout(Math.min(256, view.cells.size - from), width);
    return { ...view, from, layout, first: addressAt(view.cells.prefix.first, from) };
  }, [view, from, width]);
  return (
    <div class="magnifier" aria-hidden="true">
      <p class="quiet">
        Magnified: <span class="mono">{magnified.first}/24</span>
      </p>
      <div class="magnifier-map">
        <MapCanvas {...rest} view={magnified} />
        {hasTip && <MapTip facts={factsOf(view.cells, at)} box={boxOf(magnified.layout, at - from)} />}
      </div>
    </div>
  );
}
