import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { absolute, number } from "../../ui/words.ts";
import type { Cells } from "./cells.ts";
import { factsOf, sentenceOf } from "./facts.ts";
import { boxOf, type Layout } from "./layout.ts";

interface MapGridProps {
  cells: Cells;
  layout: Layout;
  active: number;
  isPinned: boolean;
  onKeyDown: (event: KeyboardEvent) => void;
  onFocus: (hasFocus: boolean) => void;
  children: ComponentChildren;
}

/**
 * The map for keyboards and screen readers. The active cell is the only one in the document, at its drawn
 * position.
 */
export function MapGrid({ cells, layout, active, isPinned, onKeyDown, onFocus, children }: MapGridProps) {
  const id = useId();
  const cell = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Scrolls to the address in the route.
    if (isPinned) cell.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, []);
  useEffect(() => {
    if (document.activeElement === grid.current)
      cell.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [active]);
  const [row, column] = [Math.floor(active / layout.columns), active % layout.columns];
  const { x, y, width, height } = boxOf(layout, active);
  const style = { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
  return (
    <div
      ref={grid}
      class="map-grid"
      role="grid"
      tabIndex={0}
      aria-label={`Map of ${cells.prefix.prefix}, ${number(cells.size)} addresses`}
      aria-rowcount={layout.rows}
      aria-colcount={layout.columns}
      aria-activedescendant={`${id}-${active}`}
      onKeyDown={onKeyDown}
      onFocus={() => onFocus(true)}
      onBlur={() => onFocus(false)}
    >
      {children}
      <div role="row" aria-rowindex={row + 1}>
        <div
          // A new element per cell, so that screen readers announce it.
          key={active}
          ref={cell}
          id={`${id}-${active}`}
          class="map-cell"
          role="gridcell"
          aria-colindex={column + 1}
          style={style}
        >
          {sentenceOf(factsOf(cells, active), absolute)}
        </div>
      </div>
    </div>
  );
}
