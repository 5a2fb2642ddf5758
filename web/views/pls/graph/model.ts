/**
 * The graph of a PLS: Service → frontend → PLS → private endpoint connections → consumers. `groupGraph`
 * folds large groups, `placeGraph` computes positions, `walk` the target of an arrow key. Pure; drawn by
 * `PlsGraph`.
 */
import type { PrivateLinkService } from "../../../../api/model.ts";

export type ApiGraph = PrivateLinkService["graph"];
export type ApiNode = ApiGraph["nodes"][number];

/** `more` represents folded nodes; activating it unfolds them. */
export interface Node {
  readonly id: string;
  readonly kind: ApiNode["kind"] | "more";
  readonly label: string;
  readonly detail?: string | undefined;
}

export interface Graph {
  readonly nodes: readonly Node[];
  /** From left to right. */
  readonly edges: readonly (readonly [from: string, to: string])[];
}

/** From left to right. */
export const KINDS = ["service", "frontend", "pls", "connection", "consumer"] as const;

/** Predecessors and successors of each node. */
export interface Neighbours {
  readonly before: ReadonlyMap<string, readonly string[]>;
  readonly after: ReadonlyMap<string, readonly string[]>;
}

export function neighboursOf({ edges }: Pick<Graph, "edges">): Neighbours {
  const before = Map.groupBy(edges, ([, to]) => to);
  const after = Map.groupBy(edges, ([from]) => from);
  return {
    before: new Map([...before].map(([id, of]) => [id, of.map(([from]) => from)])),
    after: new Map([...after].map(([id, of]) => [id, of.map(([, to]) => to)])),
  };
}
