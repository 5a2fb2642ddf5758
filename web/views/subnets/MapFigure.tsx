/**
 * The map of one prefix: a grid with one tab stop, for keyboard and pointer. Only the active cell is in the
 * document, for screen readers; everything else is drawn. A dense map has a magnifier next to it.
 */
import type { ComponentChildren } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { Cells } from "./cells.ts";
import type { View } from "./draw.ts";
import { factsOf } from "./facts.ts";
import { boxOf } from "./layout.ts";
import { Magnifier } from "./Magnifier.tsx";
import { MapCanvas } from "./MapCanvas.tsx";
import { MapGrid } from "./MapGrid.tsx";
import { MapTip } from "./MapTip.tsx";
import { planFigure } from "./planFigure.ts";
import { useCursor } from "./useCursor.ts";
import { usePalette, useWidth } from "./useElement.ts";

export interface MapFigureProps {
  cells: Cells;
  emphasis?: Uint8Array | undefined;
  found: readonly number[];
  changed: readonly number[];
  pinned: number | undefined;
  /** Undefined clears the selection. */
  onPin: (offset: number | undefined) => void;
  /** Details of the selected address; placed where there is room. */
  children?: ComponentChildren;
}

export function MapFigure({ emphasis, children, ...given }: MapFigureProps) {
  const { cells, pinned } = given;
  const figure = useRef<HTMLDivElement>(null);
  const width = useWidth(figure);
  const palette = usePalette(figure);
  const { layout, magnifierWidth, isBeside } = useMemo(
    () => planFigure(cells.size, width),
    [cells.size, width],
  );
  const view = useMemo<View>(
    () => ({ cells, from: 0, layout, first: cells.prefix.first, emphasis }),
    [cells, layout, emphasis],
  );
  const { active, at, tipOn, marks, pointOn, pick, onKeyDown, setFocus } = useCursor({ ...given, layout });
  const shown = { marks, palette, onPick: pick };
  return (
    <div class={isBeside ? "map-figure map-figure-beside" : "map-figure"} ref={figure}>
      {width > 0 && (
        <MapGrid
          cells={cells}
          layout={layout}
          active={active}
          isPinned={active === pinned}
          onKeyDown={onKeyDown}
          onFocus={setFocus}
        >
          <MapCanvas {...shown} view={view} onPoint={pointOn("map")} />
          {at !== undefined && tipOn === "map" && (
            <MapTip facts={factsOf(cells, at)} box={boxOf(layout, at)} />
          )}
        </MapGrid>
      )}
      <div class="map-side">
        {magnifierWidth > 0 && (
          <Magnifier
            {...shown}
            view={view}
            width={magnifierWidth}
            at={at ?? pinned ?? active}
            hasTip={tipOn === "magnifier"}
            onPoint={pointOn("magnifier")}
          />
        )}
        {children}
      </div>
    </div>
  );
}
