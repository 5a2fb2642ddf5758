/** Colours of the map from the current style sheet: a canvas cannot use custom properties directly. */
import { KINDS, type Kind } from "./cells.ts";

export interface Palette {
  readonly fills: Readonly<Record<Kind, string>>;
  /** Text colours on the fills. */
  readonly inks: Readonly<Record<Kind, string>>;
  readonly hatch: string;
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly mark: string;
  readonly font: string;
  /** Red, green and blue of each kind; the last entry is the hatch. */
  readonly bytes: readonly Rgb[];
  /** The same, close to the background. */
  readonly dimBytes: readonly Rgb[];
}

type Rgb = readonly [red: number, green: number, blue: number];

/** Share of its colour that a dimmed cell keeps. */
export const DIM = 0.22;

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--map-${name}`).trim();
  const each = (suffix: string) =>
    Object.fromEntries(KINDS.map((kind) => [kind, read(kind + suffix)])) as Record<Kind, string>;
  const fills = each("");
  const hatch = read("hatch");
  const background = read("background");
  const bytes = [...KINDS.map((kind) => fills[kind]), hatch, background].map(toRgb);
  return {
    fills,
    inks: each("-ink"),
    hatch,
    background,
    text: read("text"),
    muted: read("muted"),
    mark: read("mark"),
    font: style.fontFamily,
    bytes: bytes.slice(0, -1),
    dimBytes: bytes.slice(0, -1).map((one) => mix(one, bytes.at(-1) ?? one)),
  };
}

/** Paints one pixel to convert any CSS colour into bytes. */
function toRgb(colour: string): Rgb {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  if (!context) return [0, 0, 0];
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

function mix(colour: Rgb, background: Rgb): Rgb {
  const one = (index: 0 | 1 | 2) => Math.round(colour[index] * DIM + background[index] * (1 - DIM));
  return [one(0), one(1), one(2)];
}
