import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupGraph } from "../../web/views/pls/graph/groupGraph.ts";
import { type ApiGraph, type Graph, KINDS } from "../../web/views/pls/graph/model.ts";
import { type Placed, placeGraph } from "../../web/views/pls/graph/placeGraph.ts";
import { shorten } from "../../web/views/pls/graph/shorten.ts";
import { pathOf, walk } from "../../web/views/pls/graph/walk.ts";

/** From a telephone to a wide screen. */
const rooms = fc.integer({ min: 200, max: 2000 });

const WIDE = 1200;
const NARROW = 320;

/** Any nodes of the five kinds, with edges from any kind to any later one. */
const graphs = fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 60 }).chain((kinds) => {
  const nodes = kinds.map((kind, n) => ({ id: `${kind}${n}`, kind, label: `${kind} ${n}` }));
  const pairs = nodes.flatMap((from) =>
    nodes
      .filter(({ kind }) => KINDS.indexOf(kind) > KINDS.indexOf(from.kind))
      .map((to): [string, string] => [from.id, to.id]),
  );
  return fc.subarray(pairs).map((edges): ApiGraph => ({ nodes, edges }));
});

describe("the graph of a Private Link Service", () => {
  it("draws no two nodes over each other", () => {
    fc.assert(
      fc.property(graphs, rooms, (graph, room) => {
        expect(overlapping(placeGraph(graph, room))).toEqual([]);
      }),
    );
  });

  it("leads every edge onwards, and keeps every node inside its box", () => {
    fc.assert(
      fc.property(graphs, rooms, (graph, room) => {
        const placed = placeGraph(graph, room);
        expect(backwards(graph, placed)).toEqual([]);
        for (const { x, y, width, height } of placed.places) {
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
          expect(x + width).toBeLessThanOrEqual(placed.width);
          expect(y + height).toBeLessThanOrEqual(placed.height);
        }
      }),
    );
  });

  it("is drawn without crossings where there is a way: each consumer beside its connections", () => {
    const graph = star([
      ["c1", "two"],
      ["c2", "one"],
      ["c3", "two"],
      ["c4", "one"],
    ]);
    expect(crossings(graph, placeGraph(graph, WIDE))).toBe(0);
  });
});

describe("folding", () => {
  it("loses nothing silently: every connection is drawn or counted", () => {
    const owners = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(owners, (owners) => {
        const graph = star(owners.map((consumer, n) => [`c${n}`, `consumer${consumer}`]));
        const { nodes } = groupGraph(graph);
        const drawn = nodes.filter(({ kind }) => kind === "connection").length;
        const counted = nodes
          .filter(({ kind }) => kind === "more")
          .map(({ detail }) => connectionsIn(detail));
        expect(drawn + counted.reduce((sum, count) => sum + count, 0)).toBe(owners.length);
      }),
    );
  });

  it("keeps 1,000 endpoints small", () => {
    const many = star(Array.from({ length: 1000 }, (_, n) => [`c${n}`, `consumer${n % 100}`]));
    const folded = groupGraph(many);
    expect(folded.nodes.length).toBeLessThan(50);
    expect(folded.nodes.find(({ id }) => id === "more:consumers")).toMatchObject({
      label: "+92 consumers",
      detail: "92 consumers with 920 connections more",
    });
  });

  it("unfolds the selected group only", () => {
    const graph = star(Array.from({ length: 12 }, (_, n) => [`c${n}`, n < 6 ? "one" : "two"]));
    const { nodes } = groupGraph(graph, { unfolded: new Set(["more:one"]) });
    expect(nodes.filter(({ kind }) => kind === "connection")).toHaveLength(6 + 3);
    expect(nodes.filter(({ kind }) => kind === "more").map(({ label }) => label)).toEqual(["+3 more"]);
  });

  it("does not fold a single one: the fold would take its place", () => {
    const graph = star(Array.from({ length: 4 }, (_, n) => [`c${n}`, "one"]));
    expect(groupGraph(graph).nodes.filter(({ kind }) => kind === "more")).toEqual([]);
  });

  it("keeps connections whose consumer is not reported", () => {
    const graph: ApiGraph = {
      nodes: [node("pls", "pls"), node("c1", "connection")],
      edges: [["pls", "c1"]],
    };
    expect(groupGraph(graph)).toEqual(graph);
  });
});

describe("arrow keys", () => {
  const graph = star([
    ["c1", "one"],
    ["c2", "two"],
  ]);
  it.each([
    [WIDE, "service", "ArrowRight", "frontend"],
    [WIDE, "pls", "ArrowRight", "c1"],
    [WIDE, "c1", "ArrowDown", "c2"],
    [WIDE, "c2", "ArrowUp", "c1"],
    [WIDE, "c1", "ArrowUp", undefined],
    [WIDE, "one", "ArrowLeft", "c1"],
    [WIDE, "one", "ArrowRight", undefined],
    [WIDE, "service", "Enter", undefined],
    [NARROW, "pls", "ArrowDown", "c1"],
    [NARROW, "c1", "ArrowDown", "one"],
    [NARROW, "one", "ArrowDown", "c2"],
    [NARROW, "pls", "ArrowRight", "c1"],
    [NARROW, "service", "ArrowUp", undefined],
  ])("with room for %i, from %s with %s to %s", (room, from, key, to) => {
    expect(walk(graph, placeGraph(graph, room), from, key)).toBe(to);
  });

  it("highlights what a node depends on and what depends on it, not its siblings", () => {
    expect([...pathOf(graph, "c1")].sort()).toEqual(["c1", "frontend", "one", "pls", "service"]);
  });
});

describe("shortening", () => {
  it.each([
    ["short", 10, "short"],
    ["a2fcb8ca4f1417d8e93f41d1328e2e", 11, "a2fcb…28e2e"],
    ["abcdef", 5, "ab…ef"],
  ])("%s to %i characters is %s", (text, most, short) => {
    expect(shorten(text, most)).toBe(short);
  });
});

function node(id: string, kind: ApiGraph["nodes"][number]["kind"]) {
  return { id, kind, label: id };
}

function star(connections: readonly (readonly [id: string, consumer: string])[]): ApiGraph {
  const consumers = [...new Set(connections.map(([, consumer]) => consumer))];
  return {
    nodes: [
      node("service", "service"),
      node("frontend", "frontend"),
      node("pls", "pls"),
      ...connections.map(([id]) => node(id, "connection")),
      ...consumers.map((id) => node(id, "consumer")),
    ],
    edges: [
      ["service", "frontend"],
      ["frontend", "pls"],
      ...connections.flatMap(([id, consumer]): [string, string][] => [
        ["pls", id],
        [id, consumer],
      ]),
    ],
  };
}

function overlapping({ places }: Placed) {
  return places.flatMap((a, index) =>
    places
      .slice(index + 1)
      .filter(
        (b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height,
      )
      .map((b) => [a, b]),
  );
}

function backwards({ edges }: Graph, { places, direction }: Placed) {
  const at = new Map(places.map((place) => [place.node.id, place]));
  return edges.filter(([from, to]) => {
    const [a, b] = [at.get(from), at.get(to)];
    if (!a || !b) return true;
    return direction === "right" ? a.x + a.width >= b.x : a.y + a.height >= b.y || a.x >= b.x;
  });
}

/** Pairs of edges between the same two layers that cross. */
function crossings({ edges }: Graph, { places }: Placed): number {
  const at = new Map(places.map((place) => [place.node.id, place]));
  const lines = edges.map(([from, to]) => ({ a: at.get(from)!, b: at.get(to)! }));
  return lines.filter((one, index) =>
    lines
      .slice(index + 1)
      .some((other) => one.a.layer === other.a.layer && (one.a.y - other.a.y) * (one.b.y - other.b.y) < 0),
  ).length;
}

/** The count in the label of a folded node. */
function connectionsIn(detail: string | undefined): number {
  const all = /(\d+) connections/.exec(detail ?? "")?.[1];
  return Number(all ?? Number.NaN);
}
