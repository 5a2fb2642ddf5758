import type { Place, Placed } from "./placeGraph.ts";
import { type Graph, neighboursOf } from "./model.ts";

/**
 * The target of an arrow key: right and left along an edge, up and down to the neighbour above or below;
 * `undefined` if none.
 */
export function walk(graph: Graph, placed: Placed, from: string, key: string): string | undefined {
  const { before, after } = neighboursOf(graph);
  if (key === "ArrowRight") return after.get(from)?.[0];
  if (key === "ArrowLeft") return before.get(from)?.[0];
  if (key === "ArrowDown") return beside(placed, from, 1);
  return key === "ArrowUp" ? beside(placed, from, -1) : undefined;
}

/** In the same column or, if every node has its own line, among all nodes. */
function beside({ places, direction }: Placed, from: string, step: 1 | -1): string | undefined {
  const at = places.find(({ node }) => node.id === from);
  const column = places.filter(({ layer }) => direction === "down" || layer === at?.layer).sort(byPlace);
  const index = column.findIndex(({ node }) => node.id === from);
  return index === -1 ? undefined : column[index + step]?.node.id;
}

/** Everything upstream and downstream of a node, including the node: highlighted while it has the focus. */
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
  return a.y - b.y;
}
