import { type Graph, KINDS, type Neighbours, neighboursOf, type Node } from "./model.ts";

/**
 * `right`: layers are columns. `down`: every node has its own line, indented by layer, for narrow screens.
 */
export type Direction = "right" | "down";

/** In pixels, from the upper left corner of the drawing. */
export interface Place {
  readonly node: Node;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly layer: number;
}

export interface Placed {
  readonly direction: Direction;
  readonly places: readonly Place[];
  readonly width: number;
  readonly height: number;
}

const HEIGHT = 46;
const GAP = 12;
const BETWEEN_LAYERS = 44;
const NARROWEST = 148;
const WIDEST = 250;
/** Below this width layers run down the page. */
const NARROW = 5 * NARROWEST + 4 * BETWEEN_LAYERS;
const INDENT = 18;
/** Space to the right of the lines, for edges from connections to their consumer. */
export const BRACKET = 14;

/** The position of each node in the given width: no overlaps, all edges forward, few crossings. */
export function placeGraph(graph: Graph, roomWidth: number): Placed {
  return roomWidth < NARROW ? placeDown(graph, roomWidth) : placeRight(graph, roomWidth);
}

function placeRight(graph: Graph, roomWidth: number): Placed {
  const neighbours = neighboursOf(graph);
  const layers = orderLayers(layersOf(graph), neighbours);
  const room = (roomWidth - (KINDS.length - 1) * BETWEEN_LAYERS) / KINDS.length;
  const width = Math.floor(Math.max(NARROWEST, Math.min(WIDEST, room)));
  const y = spreadLayers(layers, neighbours, HEIGHT + GAP);
  const places = layers.flatMap((nodes, layer) =>
    nodes.map((node) => {
      const x = layer * (width + BETWEEN_LAYERS);
      return { node, x, y: y.get(node.id) ?? 0, width, height: HEIGHT, layer };
    }),
  );
  return { direction: "right", places, ...extentOf(places) };
}

function placeDown(graph: Graph, roomWidth: number): Placed {
  const layers = layersOf(graph);
  const indents = new Map(layers.flatMap((nodes, layer) => nodes.map(({ id }) => [id, layer] as const)));
  const right = Math.max(roomWidth, NARROWEST + layers.length * INDENT + BRACKET) - BRACKET;
  const places = oneByOne(layers.flat(), neighboursOf(graph)).map((node, row) => {
    const layer = indents.get(node.id) ?? 0;
    const x = layer * INDENT;
    return { node, x, y: row * (HEIGHT + GAP), width: right - x, height: HEIGHT, layer };
  });
  const { height } = extentOf(places);
  return { direction: "down", places, width: right + BRACKET, height };
}

/** Each consumer directly after its connections; all other nodes by layer. */
function oneByOne(nodes: readonly Node[], { before }: Neighbours): readonly Node[] {
  const isEnd = ({ kind }: Node) => kind === "connection" || kind === "more";
  const ends = new Map(nodes.filter(isEnd).map((node) => [node.id, node]));
  const consumers = nodes.filter(({ kind }) => kind === "consumer");
  const grouped = consumers.flatMap((consumer) => [
    ...(before.get(consumer.id) ?? []).flatMap((id) => ends.get(id) ?? []),
    consumer,
  ]);
  const upstream = nodes.filter((node) => !isEnd(node) && node.kind !== "consumer");
  // A set keeps insertion order; connections without a consumer come last.
  return [...new Set([...upstream, ...grouped, ...ends.values()])];
}

function extentOf(places: readonly Place[]): { readonly width: number; readonly height: number } {
  const furthest = (of: (place: Place) => number) => Math.max(0, ...places.map(of));
  return { width: furthest(({ x, width }) => x + width), height: furthest(({ y, height }) => y + height) };
}

/** Non-empty layers, from left to right. */
function layersOf({ nodes }: Graph): readonly (readonly Node[])[] {
  const byLayer = Map.groupBy(nodes, ({ kind }) => KINDS.indexOf(kind === "more" ? "connection" : kind));
  return [...byLayer].sort(([a], [b]) => a - b).map(([, of]) => of);
}

/** Each layer is sorted by the position of its neighbours: one pass to the right, one back to the left. */
function orderLayers(layers: readonly (readonly Node[])[], { before, after }: Neighbours) {
  const toTheRight: (readonly Node[])[] = [];
  for (const layer of layers) toTheRight.push(inOrderOf(layer, toTheRight.at(-1), before));
  const ordered: (readonly Node[])[] = [];
  for (const layer of toTheRight.toReversed()) ordered.unshift(inOrderOf(layer, ordered[0], after));
  return ordered;
}

function inOrderOf(
  layer: readonly Node[],
  next: readonly Node[] | undefined,
  of: ReadonlyMap<string, readonly string[]>,
): readonly Node[] {
  const ranks = new Map(next?.map(({ id }, rank) => [id, rank]));
  // Nodes without neighbours stay last, in insertion order.
  const weight = ({ id }: Node) => mean(ranksOf(of.get(id), ranks)) ?? Number.MAX_SAFE_INTEGER;
  const weights = new Map(layer.map((node) => [node.id, weight(node)]));
  return layer.toSorted((a, b) => (weights.get(a.id) ?? 0) - (weights.get(b.id) ?? 0));
}

/**
 * Nodes of the largest layer are evenly spaced; from there outwards each node is placed near its
 * neighbours, as far as there is room.
 */
function spreadLayers(
  layers: readonly (readonly Node[])[],
  { before, after }: Neighbours,
  pitch: number,
): ReadonlyMap<string, number> {
  const sizes = layers.map(({ length }) => length);
  const largest = sizes.indexOf(Math.max(0, ...sizes));
  const across = new Map<string, number>(layers[largest]?.map(({ id }, rank) => [id, rank * pitch]));
  const place = (layer: readonly Node[], of: ReadonlyMap<string, readonly string[]>) => {
    const wished = layer.map(({ id }) => mean(ranksOf(of.get(id), across)));
    for (const [index, at] of apart(wished, pitch).entries()) across.set(layer[index]?.id ?? "", at);
  };
  for (const layer of layers.slice(largest + 1)) place(layer, before);
  for (const layer of layers.slice(0, Math.max(0, largest)).toReversed()) place(layer, after);
  const first = Math.min(...across.values());
  return new Map([...across].map(([id, at]) => [id, at - first]));
}

/** As close to the preferred positions as possible, in the same order, at least `pitch` apart. */
function apart(wished: readonly (number | undefined)[], pitch: number): readonly number[] {
  const places: number[] = [];
  for (const wish of wished) {
    const last = places.at(-1);
    const least = last === undefined ? (wish ?? 0) : last + pitch;
    places.push(Math.max(wish ?? least, least));
  }
  // The shift is shared by all nodes, so that a group stays centred on its neighbour.
  const pushed = mean(places.map((place, index) => place - (wished[index] ?? place))) ?? 0;
  return places.map((place) => place - pushed);
}

function ranksOf(ids: readonly string[] | undefined, ranks: ReadonlyMap<string, number>): readonly number[] {
  return ids?.flatMap((id) => ranks.get(id) ?? []) ?? [];
}

function mean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
