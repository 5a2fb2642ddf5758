/** Draws overlays on a map: pointer, keyboard focus, selection, matches and recent changes. */
import {
  COLUMN_APART,
  columnLabel,
  LABEL_PIXELS,
  labelStep,
  ROW_APART,
  rowLabel,
  type Label,
} from "./labels.ts";
import { boxOf, type Box, type Layout } from "./layout.ts";
import type { Palette } from "./palette.ts";
import type { View } from "./draw.ts";

/** Offsets in the prefix. */
export interface Marks {
  /** Position of the pointer or of the keyboard. */
  readonly at?: number | undefined;
  /** True for the keyboard: its ring is thicker. */
  readonly hasFocus: boolean;
  readonly pinned?: number | undefined;
  readonly found: readonly number[];
  readonly changed: readonly number[];
}

type Context = CanvasRenderingContext2D;

// Above this number rings are not drawn; the dimming of other cells shows the matches.
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
  /** Minimum side in pixels: a ring around one pixel would be invisible. */
  readonly least: number;
}

/** With a thin line in the background colour, so that it contrasts with any fill. */
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

/** Labels of its row and column, replacing the labels at that place. */
function drawCross(
  context: Context,
  view: View,
  { at, palette }: { at: number | undefined; palette: Palette },
): void {
  const { layout, first, from } = view;
  const index = (at ?? -1) - from;
  if (index < 0 || index >= layout.size) return;
  const [row, column] = [Math.floor(index / layout.columns), index % layout.columns];
  context.font = `600 ${LABEL_PIXELS}px ${palette.font}`;
  context.textBaseline = "middle";
  drawColumn(context, layout, { index: column, text: columnLabel(layout, column) }, palette);
  drawRow(context, layout, { index: row, text: rowLabel(layout, first, row) }, palette);
}

function drawColumn(context: Context, layout: Layout, { index, text }: Label, palette: Palette): void {
  const { left, top, cellWidth } = layout;
  const x = left + index * cellWidth;
  const width = context.measureText(text).width;
  const slot = labelStep(cellWidth, COLUMN_APART) * cellWidth;
  // Labels start at each slot: every label that overlaps is removed completely.
  const from = Math.floor((x - left) / slot) * slot;
  const to = Math.ceil((x - left + width + 2) / slot) * slot;
  context.fillStyle = palette.background;
  context.fillRect(left + from, 0, to - from, top - 1);
  context.textAlign = "left";
  context.fillStyle = palette.text;
  context.fillText(text, x, top / 2);
}

function drawRow(context: Context, layout: Layout, { index, text }: Label, palette: Palette): void {
  const { left, top, cellHeight } = layout;
  const y = top + (index + 0.5) * cellHeight;
  const step = labelStep(cellHeight, ROW_APART);
  const before = Math.floor(index / step) * step;
  context.fillStyle = palette.background;
  for (const one of [before, before + step]) {
    const at = top + (one + 0.5) * cellHeight;
    if (Math.abs(at - y) < LABEL_PIXELS + 1) context.fillRect(0, at - 7, left - 3, 14);
  }
  context.textAlign = "right";
  context.fillStyle = palette.text;
  context.fillText(text, left - 6, y);
}
