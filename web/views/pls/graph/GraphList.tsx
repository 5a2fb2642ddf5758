import type { ApiGraph, ApiNode } from "./model.ts";
import { neighboursOf } from "./model.ts";

/** The graph as nested lists, unfolded: for screen readers and for copying. */
export function GraphList({ graph }: { readonly graph: ApiGraph }) {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const { before, after } = neighboursOf(graph);
  const below = (id: string) => (after.get(id) ?? []).flatMap((next) => nodes.get(next) ?? []);
  const roots = graph.nodes.filter(({ id }) => !before.has(id));
  return <Branch nodes={roots} below={below} />;
}

interface BranchProps {
  readonly nodes: readonly ApiNode[];
  readonly below: (id: string) => readonly ApiNode[];
}

function Branch({ nodes, below }: BranchProps) {
  if (nodes.length === 0) return null;
  return (
    <ul class="graph-list">
      {nodes.map((node) => (
        <li key={node.id}>
          <span class="graph-list-kind">{node.kind}</span> {node.label}
          {node.detail && <span class="graph-list-detail"> {node.detail}</span>}
          <Branch nodes={below(node.id)} below={below} />
        </li>
      ))}
    </ul>
  );
}
