/**
 * Draws a map onto a canvas in one pass: large cells as batches of boxes, small cells as one image with a
 * pixel each. Independent of the page; a `View` describes what to draw.
 */
import { holderAt, KINDS, kindAt, type Cells, type Kind } from "./cells.ts";
import { addressAt, tailOf } from "./address.ts";
import { columnLabels, LABEL_PIXELS, rowLabels } from "./labels.ts";
import { boxOf, writingOf, type Layout } from "./layout.ts";
import { DIM, type Palette } from "./palette.ts";

/** All cells or a part of them, in a layout. */
export interface View {
  readonly cells: Cells;
  /** Offset of the first visible cell; the size of the layout is their number. */
  readonly from: number;
  readonly layout: Layout;
  /** The first visible address. */
  readonly first: string;
  /** Matches are 1, by offset in the prefix; other cells are dimmed. */
  readonly emphasis?: Uint8Array | undefined;
}

type Context = CanvasRenderingContext2D;

export function drawMap(context: Context, view: View, palette: Palette): void {
  context.clearRect(0, 0, view.layout.width, view.layout.height);
  drawLabels(context, view, palette);
  if (view.layout.gap === 0) drawPixels(context, view, palette);
  else drawBoxes(context, view, palette);
}

function drawLabels(context: Context, { layout, first }: View, palette: Palette): void {
  context.font = `${LABEL_PIXELS}px ${palette.font}`;
  context.fillStyle = palette.muted;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const { index, text } of rowLabels(layout, first))
    context.fillText(text, layout.left - 6, layout.top + (index + 0.5) * layout.cellHeight);
  context.textAlign = "left";
  for (const { index, text } of columnLabels(layout))
    context.fillText(text, layout.left + index * layout.cellWidth, layout.top / 2);
}

function drawPixels(context: Context, view: View, palette: Palette): void {
  const { columns, rows, left, top, cellWidth, cellHeight } = view.layout;
  const image = new ImageData(columns, rows);
  paint(image.data, view, palette);
  const small = new OffscreenCanvas(columns, rows);
  small.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, left, top, columns * cellWidth, rows * cellHeight);
}

function paint(data: Uint8ClampedArray, { cells, from, layout, emphasis }: View, palette: Palette): void {
  const excluded = KINDS.indexOf("excluded");
  for (let index = 0; index < layout.size; index += 1) {
    const kind = cells.kinds[from + index] ?? 0;
    // A chequerboard: excluded cells have a texture in addition to their colour.
    const isHatched = kind === excluded && (index + Math.floor(index / layout.columns)) % 2 === 1;
    const bytes = emphasis && emphasis[from + index] !== 1 ? palette.dimBytes : palette.bytes;
    const [red, green, blue] = bytes[isHatched ? KINDS.length : kind] ?? [0, 0, 0];
    data[index * 4] = red;
    data[index * 4 + 1] = green;
    data[index * 4 + 2] = blue;
    data[index * 4 + 3] = 255;
  }
}

function drawBoxes(context: Context, view: View, palette: Palette): void {
  for (const isDim of [false, true]) {
    const shown = groupCells(view, isDim);
    context.globalAlpha = isDim ? DIM : 1;
    for (const kind of KINDS) fillBoxes(context, view.layout, { kind, indexes: shown[kind] }, palette);
    context.globalAlpha = isDim ? 0.7 : 1;
    if (writingOf(view.layout) === "nothing") continue;
    const inks = isDim ? dimInks(palette) : palette;
    for (const index of KINDS.flatMap((kind) => shown[kind])) write(context, view, index, inks);
  }
  context.globalAlpha = 1;
}

/** Light text would be unreadable on a faint colour. */
function dimInks(palette: Palette): Palette {
  const inks = { ...palette.inks };
  for (const kind of KINDS) inks[kind] = palette.muted;
  return { ...palette, inks };
}

function groupCells({ cells, from, layout, emphasis }: View, isDim: boolean): Record<Kind, number[]> {
  const groups: Record<Kind, number[]> = { free: [], assigned: [], claimed: [], excluded: [], azure: [] };
  for (let index = 0; index < layout.size; index += 1)
    if ((emphasis !== undefined && emphasis[from + index] !== 1) === isDim)
      groups[kindAt(cells, from + index)].push(index);
  return groups;
}

interface Group {
  readonly kind: Kind;
  readonly indexes: readonly number[];
}

function fillBoxes(context: Context, layout: Layout, { kind, indexes }: Group, palette: Palette): void {
  if (indexes.length === 0) return;
  context.beginPath();
  const radius = layout.gap > 1 ? 3 : 0;
  for (const index of indexes) {
    const { x, y, width, height } = boxOf(layout, index);
    context.roundRect(x, y, width, height, radius);
  }
  context.fillStyle = palette.fills[kind];
  context.fill();
  if (kind === "excluded") fillHatch(context, palette);
  if (kind === "claimed" && layout.gap > 1)
    drawRims(context, layout, { indexes, colour: palette.inks.claimed });
}

/** Over the path that was filled last. */
function fillHatch(context: Context, palette: Palette): void {
  const pattern = context.createPattern(hatch(palette.hatch), "repeat");
  if (!pattern) return;
  context.fillStyle = pattern;
  context.fill();
}

function hatch(colour: string): OffscreenCanvas {
  const canvas = new OffscreenCanvas(6, 6);
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const from of [-6, 0, 6]) {
    context.moveTo(from, 6);
    context.lineTo(from + 6, 0);
  }
  context.stroke();
  return canvas;
}

/** A claim is not yet a resource: its border is dashed. */
function drawRims(
  context: Context,
  layout: Layout,
  { indexes, colour }: { indexes: readonly number[]; colour: string },
): void {
  context.beginPath();
  for (const index of indexes) {
    const { x, y, width, height } = boxOf(layout, index);
    context.rect(x + 1, y + 1, width - 2, height - 2);
  }
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash([3, 2]);
  context.stroke();
  context.setLineDash([]);
}

function write(context: Context, view: View, index: number, palette: Palette): void {
  const kind = kindAt(view.cells, view.from + index);
  const { x, y, width, height } = boxOf(view.layout, index);
  const octet = tailOf(addressAt(view.first, index), 1);
  const isNamed = writingOf(view.layout) === "octet and name";
  const pixels = isNamed ? 13 : width >= 28 ? 11 : 10;
  const text = isNamed ? octet : octet.slice(1);
  context.font = `${isNamed ? "600 " : ""}${pixels}px ${palette.font}`;
  context.textBaseline = "middle";
  context.textAlign = isNamed ? "left" : "center";
  const at = isNamed ? { x: x + 8, y: y + 15 } : { x: x + width / 2, y: y + height / 2 };
  if (kind === "excluded") clearBehind(context, { ...at, text, isLeft: isNamed }, palette);
  context.fillStyle = palette.inks[kind];
  context.fillText(text, at.x, at.y);
  if (!isNamed) return;
  context.font = `11px ${palette.font}`;
  const name = fit(context, nameOf(view.cells, view.from + index), width - 14);
  if (kind === "excluded") clearBehind(context, { x: at.x, y: y + 32, text: name, isLeft: true }, palette);
  context.fillStyle = palette.inks[kind];
  context.fillText(name, at.x, y + 32);
}

interface Written {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly isLeft: boolean;
}

/** Text on a hatch is hard to read. */
function clearBehind(context: Context, { x, y, text, isLeft }: Written, palette: Palette): void {
  if (text === "") return;
  const width = context.measureText(text).width + 4;
  context.fillStyle = palette.fills.excluded;
  context.fillRect(isLeft ? x - 2 : x - width / 2, y - 7, width, 14);
}

function nameOf(cells: Cells, offset: number): string {
  const holder = holderAt(cells, offset);
  if (holder) return holder.service?.split("/").at(-1) ?? holder.name;
  const kind = kindAt(cells, offset);
  return kind === "azure" ? "Azure" : kind === "excluded" ? "excluded" : "";
}

function fit(context: Context, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length -= 1;
  return `${text.slice(0, length)}…`;
}
