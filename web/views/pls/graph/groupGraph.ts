import type { ApiGraph, ApiNode, Graph, Node } from "./model.ts";
import { neighboursOf } from "./model.ts";

export interface Folding {
  /** Maximum number of drawn connections per consumer. */
  readonly connectionsEach: number;
  readonly consumers: number;
  /** Ids of the `more` nodes that the user unfolded. */
  readonly unfolded: ReadonlySet<string>;
}

const FOLDING: Folding = { connectionsEach: 3, consumers: 8, unfolded: new Set() };
const MORE_CONSUMERS = "more:consumers";
/** Groups connections whose consumer Azure does not report. */
const NOBODY = "";

/**
 * Folds connections beyond the first few of a consumer, and consumers beyond the first few, into nodes with
 * a count.
 */
export function groupGraph(graph: ApiGraph, folding: Partial<Folding> = {}): Graph {
  const { connectionsEach, consumers, unfolded } = { ...FOLDING, ...folding };
  const groups = groupsOf(graph);
  const shown = unfolded.has(MORE_CONSUMERS) ? groups : groups.slice(0, fitting(groups.length, consumers));
  const folded = shown.map((group) => foldConnections(group, unfolded, connectionsEach));
  const rest = groups.slice(shown.length);
  const kept = new Set([...graph.nodes.filter(isUpstream), ...folded.flatMap(({ kept }) => kept)]);
  const ids = new Set([...kept].map(({ id }) => id));
  const pls = graph.nodes.find(({ kind }) => kind === "pls")?.id;
  const more = [...folded.flatMap(({ more }) => more), ...(rest.length > 0 ? [moreConsumers(rest)] : [])];
  return {
    nodes: [...kept, ...more.map(({ node }) => node)],
    edges: [
      ...graph.edges.filter(([from, to]) => ids.has(from) && ids.has(to)),
      ...more.flatMap(({ node, to }) => [
        ...(pls === undefined ? [] : [[pls, node.id] as const]),
        ...(to === undefined ? [] : [[node.id, to] as const]),
      ]),
    ],
  };
}

interface Group {
  readonly consumer: ApiNode | undefined;
  readonly connections: readonly ApiNode[];
}

/** In the order of the connections in the graph. Consumers without a connection are not drawn. */
function groupsOf(graph: ApiGraph): readonly Group[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const { after } = neighboursOf(graph);
  const connections = graph.nodes.filter(({ kind }) => kind === "connection");
  const byConsumer = Map.groupBy(connections, ({ id }) => after.get(id)?.[0] ?? NOBODY);
  return [...byConsumer].map(([id, connections]) => ({ consumer: nodes.get(id), connections }));
}

function isUpstream({ kind }: ApiNode): boolean {
  return kind !== "connection" && kind !== "consumer";
}

interface More {
  readonly node: Node;
  readonly to?: string | undefined;
}

function foldConnections({ consumer, connections }: Group, unfolded: ReadonlySet<string>, each: number) {
  const id = `more:${consumer?.id ?? NOBODY}`;
  const count = unfolded.has(id) ? connections.length : fitting(connections.length, each);
  const shown = connections.slice(0, count);
  const rest = connections.length - shown.length;
  const whose = consumer ? `connections of ${consumer.label}` : "connections";
  const node: Node = { id, kind: "more", label: `+${rest} more`, detail: `${rest} ${whose} more` };
  const more: More[] = rest > 0 ? [{ node, to: consumer?.id }] : [];
  return { kept: consumer ? [...shown, consumer] : shown, more };
}

function moreConsumers(rest: readonly Group[]): More {
  const connections = rest.reduce((sum, group) => sum + group.connections.length, 0);
  const detail = `${rest.length} consumers with ${connections} connections more`;
  return { node: { id: MORE_CONSUMERS, kind: "more", label: `+${rest.length} consumers`, detail } };
}

/** A "+1 more" node needs as much room as the node it replaces: then that node is drawn. */
function fitting(count: number, most: number): number {
  return count <= most + 1 ? count : most;
}
