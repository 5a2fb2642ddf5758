import type { Direction, Place, Placed } from "./placeGraph.ts";
import type { Graph } from "./model.ts";
import { neighboursOf } from "./model.ts";

const STEPS: Readonly<Record<Direction, Readonly<Record<string, "after" | "before" | "next" | "previous">>>> =
  {
    right: { ArrowRight: "after", ArrowLeft: "before", ArrowDown: "next", ArrowUp: "previous" },
    down: { ArrowDown: "after", ArrowUp: "before", ArrowRight: "next", ArrowLeft: "previous" },
  };

/** The node that an arrow key leads to: along an edge, or to the neighbour in the layer; `undefined` where there is none. */
export function walk(
  { graph, placed, direction }: { graph: Graph; placed: Placed; direction: Direction },
  from: string,
  key: string,
): string | undefined {
  const step = STEPS[direction][key];
  const at = placed.places.find(({ node }) => node.id === from);
  if (!step || !at) return undefined;
  if (step === "after" || step === "before") return neighboursOf(graph)[step].get(from)?.[0];
  const layer = placed.places.filter((place) => place.layer === at.layer).sort(byPlace);
  const index = layer.indexOf(at) + (step === "next" ? 1 : -1);
  return layer[index]?.node.id;
}

/** Everything upstream and downstream of a node, itself included: what is lit while it has the focus. */
export function pathOf(graph: Graph, id: string): ReadonlySet<string> {
  const { before, after } = neighboursOf(graph);
  return new Set([...reached(id, before), ...reached(id, after)]);
}

function reached(id: string, by: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set([id]);
  for (const one of found) for (const next of by.get(one) ?? []) found.add(next);
  return found;
}

function byPlace(a: Place, b: Place): number {
  return a.x - b.x || a.y - b.y;
}
