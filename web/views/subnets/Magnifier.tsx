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
  /** Layout of the complete map. */
  view: View;
  /** The magnifier shows the surrounding /24. */
  at: number;
  width: number;
  marks: Marks;
  palette: Palette | undefined;
  hasTip: boolean;
  onPoint: (offset: number | undefined) => void;
  onPick: (offset: number) => void;
}

/** For pointer users: with the keyboard the magnifier follows the map. */
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
