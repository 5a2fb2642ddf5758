/**
 * The graph of a PLS: Service → frontend → PLS → connections → consumers. `groupGraph` folds what is too much to draw,
 * `placeGraph` says where each node stands, `walk` where an arrow key leads. Pure; drawn by `PlsGraph`.
 */
import type { PrivateLinkService } from "../../../../api/model.ts";

export type ApiGraph = PrivateLinkService["graph"];
export type ApiNode = ApiGraph["nodes"][number];

/** `more` stands for nodes that are folded into it; activated, it unfolds. */
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

/** What stands before and after each node. */
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
