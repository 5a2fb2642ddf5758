import { type Graph, KINDS, type Neighbours, neighboursOf, type Node } from "./model.ts";

/** `right`: layers are columns; `down`: layers are rows, for narrow screens. */
export type Direction = "right" | "down";

/** In pixels. Along the direction lie the layers, across it the nodes of one layer. */
export interface Measures {
  readonly width: number;
  readonly height: number;
  readonly betweenLayers: number;
  readonly betweenNodes: number;
}

export const MEASURES: Readonly<Record<Direction, Measures>> = {
  right: { width: 168, height: 46, betweenLayers: 44, betweenNodes: 12 },
  down: { width: 132, height: 46, betweenLayers: 36, betweenNodes: 10 },
};

export interface Place {
  readonly node: Node;
  /** Of the upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly layer: number;
}

export interface Placed {
  readonly places: readonly Place[];
  readonly width: number;
  readonly height: number;
  readonly size: Measures;
}

/** Where each node stands: layer after layer, in an order with few crossings, no two on one spot. */
export function placeGraph(graph: Graph, direction: Direction): Placed {
  const size = MEASURES[direction];
  const neighbours = neighboursOf(graph);
  const layers = orderLayers(layersOf(graph), neighbours);
  const pitch = (direction === "right" ? size.height : size.width) + size.betweenNodes;
  const across = spreadLayers(layers, neighbours, pitch);
  const along = (direction === "right" ? size.width : size.height) + size.betweenLayers;
  const places = layers.flatMap((nodes, layer) =>
    nodes.map((node) => {
      const at = { along: layer * along, across: across.get(node.id) ?? 0 };
      const [x, y] = direction === "right" ? [at.along, at.across] : [at.across, at.along];
      return { node, x, y, layer };
    }),
  );
  const furthest = (of: (place: Place) => number) => Math.max(0, ...places.map(of));
  return {
    places,
    width: furthest(({ x }) => x) + size.width,
    height: furthest(({ y }) => y) + size.height,
    size,
  };
}

/** Layers that have nodes, from left to right. */
function layersOf({ nodes }: Graph): readonly (readonly Node[])[] {
  const byLayer = Map.groupBy(nodes, ({ kind }) => KINDS.indexOf(kind === "more" ? "connection" : kind));
  return [...byLayer].sort(([a], [b]) => a - b).map(([, of]) => of);
}

/** Each layer in the order of what its nodes hang on: once to the right, once back to the left. */
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
  // What hangs on nothing stays last, in the order it came in.
  const weight = ({ id }: Node) => mean(ranksOf(of.get(id), ranks)) ?? Number.MAX_SAFE_INTEGER;
  const weights = new Map(layer.map((node) => [node.id, weight(node)]));
  return layer.toSorted((a, b) => (weights.get(a.id) ?? 0) - (weights.get(b.id) ?? 0));
}

/** The largest layer stands evenly; from it outwards, each node stands beside what it hangs on, as far as there is room. */
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

/** As near to the wishes as can be, in the same order, at least `pitch` apart. */
function apart(wished: readonly (number | undefined)[], pitch: number): readonly number[] {
  const places: number[] = [];
  for (const wish of wished) {
    const least = (places.at(-1) ?? Number.NEGATIVE_INFINITY) + pitch;
    const free = Number.isFinite(least) ? least : 0;
    places.push(Math.max(wish ?? free, least));
  }
  // What was pushed on is shared by all of them, so that a crowd stands around what it hangs on.
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
