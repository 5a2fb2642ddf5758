/** Draws what moves over a map: where the pointer and the keyboard are, what is pinned, found or just changed. */
import { columnLabel, rowLabel } from "./labels.ts";
import { boxOf, type Box } from "./layout.ts";
import type { Palette } from "./palette.ts";
import type { View } from "./draw.ts";

/** Offsets in the whole prefix. */
export interface Marks {
  /** Where the pointer is, or the keyboard. */
  readonly at?: number | undefined;
  /** True if it is the keyboard's: its ring is thicker. */
  readonly hasFocus: boolean;
  readonly pinned?: number | undefined;
  readonly found: readonly number[];
  readonly changed: readonly number[];
}

type Context = CanvasRenderingContext2D;

// More rings than that are no help: then only the dimming of the rest tells.
const MOST_RINGS = 60;

export function drawMarks(context: Context, view: View, marks: Marks, palette: Palette): void {
  const { width, height } = view.layout;
  context.clearRect(0, 0, width, height);
  const draw = (offset: number | undefined, ring: Omit<Ring, "box">) => {
    const index = (offset ?? -1) - view.from;
    if (index >= 0 && index < view.layout.size)
      drawRing(context, { box: boxOf(view.layout, index), ...ring }, palette);
  };
  const least = view.layout.gap === 0 ? 9 : 0;
  if (marks.found.length <= MOST_RINGS)
    for (const one of marks.found) draw(one, { colour: palette.mark, thick: 2, least });
  for (const one of marks.changed.slice(0, MOST_RINGS)) draw(one, { colour: palette.mark, thick: 4, least });
  draw(marks.pinned, { colour: palette.text, thick: 3, least });
  draw(marks.at, {
    colour: marks.hasFocus ? palette.mark : palette.text,
    thick: marks.hasFocus ? 3 : 2,
    least,
  });
  drawCross(context, view, { at: marks.at ?? marks.pinned, palette });
}

interface Ring {
  readonly box: Box;
  readonly colour: string;
  readonly thick: number;
  /** Its side in pixels at least: a ring around one pixel would not be seen. */
  readonly least: number;
}

/** With a thin line of the background around it, so that it stands out from any fill. */
function drawRing(context: Context, { box, colour, thick, least }: Ring, palette: Palette): void {
  const [width, height] = [Math.max(box.width, least), Math.max(box.height, least)];
  const x = box.x - (width - box.width) / 2;
  const y = box.y - (height - box.height) / 2;
  context.lineWidth = thick + 2;
  context.strokeStyle = palette.background;
  context.strokeRect(x, y, width, height);
  context.lineWidth = thick;
  context.strokeStyle = colour;
  context.strokeRect(x, y, width, height);
}

/** The labels of its row and column, over whatever labels are there. */
function drawCross(
  context: Context,
  view: View,
  { at, palette }: { at: number | undefined; palette: Palette },
): void {
  const { layout, first, from } = view;
  const index = (at ?? -1) - from;
  if (index < 0 || index >= layout.size) return;
  const [row, column] = [Math.floor(index / layout.columns), index % layout.columns];
  context.font = `600 11px ${palette.font}`;
  const x = layout.left + column * layout.cellWidth;
  drawLabel(context, { text: columnLabel(layout, column), x, y: layout.top / 2, align: "left" }, palette);
  const y = layout.top + (row + 0.5) * layout.cellHeight;
  drawLabel(context, { text: rowLabel(layout, first, row), x: layout.left - 6, y, align: "right" }, palette);
}

interface Written {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly align: "left" | "right";
}

function drawLabel(context: Context, { text, x, y, align }: Written, palette: Palette): void {
  const width = context.measureText(text).width;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillStyle = palette.background;
  // Wider than the label beneath, which may stand a little beside.
  const spare = align === "left" ? 16 : 4;
  context.fillRect(align === "left" ? x - spare : x - width - spare, y - 8, width + spare + 16, 16);
  context.fillStyle = palette.text;
  context.fillText(text, x, y);
}
