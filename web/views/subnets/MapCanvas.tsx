import { useLayoutEffect, useRef } from "preact/hooks";
import { drawMap, type View } from "./draw.ts";
import { drawMarks, type Marks } from "./drawMarks.ts";
import { offsetAt } from "./layout.ts";
import type { Palette } from "./palette.ts";

interface MapCanvasProps {
  view: View;
  marks: Marks;
  palette: Palette | undefined;
  /** Called with the offset in the prefix; undefined when the pointer leaves. */
  onPoint: (offset: number | undefined) => void;
  onPick: (offset: number) => void;
}

/** Two stacked canvases: overlays change without redrawing the map. */
export function MapCanvas({ view, marks, palette, onPoint, onPick }: MapCanvasProps) {
  const map = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const { width, height } = view.layout;
  useLayoutEffect(() => {
    const context = prepare(map.current, view);
    if (context && palette) drawMap(context, view, palette);
  }, [view, palette]);
  useLayoutEffect(() => {
    const context = prepare(over.current, view);
    if (context && palette) drawMarks(context, view, marks, palette);
  }, [view, palette, marks]);
  const offsetOf = (event: MouseEvent) => {
    const at = offsetAt(view.layout, event.offsetX, event.offsetY);
    return at === undefined ? undefined : at + view.from;
  };
  const onClick = (event: MouseEvent) => {
    const offset = offsetOf(event);
    if (offset !== undefined) onPick(offset);
  };
  return (
    <div class="map-canvas" style={{ width: `${width}px`, height: `${height}px` }}>
      <canvas ref={map} aria-hidden="true" />
      <canvas
        ref={over}
        aria-hidden="true"
        onPointerMove={(event) => onPoint(offsetOf(event))}
        onPointerLeave={() => onPoint(undefined)}
        onClick={onClick}
      />
    </div>
  );
}

/** At the resolution of the screen. Setting the size clears a canvas, so it is set only when it differs. */
function prepare(canvas: HTMLCanvasElement | null, { layout }: View): CanvasRenderingContext2D | undefined {
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return undefined;
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(layout.width * ratio), Math.round(layout.height * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
