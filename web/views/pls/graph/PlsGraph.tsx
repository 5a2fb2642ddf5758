import { useEffect, useMemo, useState } from "preact/hooks";
import { drawEdge } from "./drawEdge.ts";
import { groupGraph } from "./groupGraph.ts";
import type { ApiGraph, Graph } from "./model.ts";
import { NodeBox } from "./NodeBox.tsx";
import { type Placed, placeGraph } from "./placeGraph.ts";
import { useWalk } from "./useWalk.ts";
import { useWidth } from "./useWidth.ts";
import { pathOf } from "./walk.ts";

/** Padding of the drawing, for focus rings. */
const MARGIN = 4;
/** Taller graphs scroll; same value as in `pls.css`. */
const TALL = 600;

export interface PlsGraphProps {
  readonly graph: ApiGraph;
  /** Accessible name of the graph. */
  readonly label: string;
}

/**
 * Service → frontend → PLS → private endpoint connections → consumers: one tab stop, arrow keys follow the
 * edges, Enter unfolds.
 */
export function PlsGraph({ graph: fullGraph, label }: PlsGraphProps) {
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const { box, width } = useWidth<HTMLDivElement>();
  const graph = useMemo(() => groupGraph(fullGraph, { unfolded }), [fullGraph, unfolded]);
  const placed = useMemo(() => placeGraph(graph, width - 2 * MARGIN), [graph, width]);
  const unfold = (id: string) => setUnfolded(new Set([...unfolded, id]));
  const isDrawn = width > 0;
  useEffect(() => {
    // A tall graph is first scrolled to the PLS, not to the first consumer.
    const pls = placed.places.find(({ node }) => node.kind === "pls");
    if (box.current && pls) box.current.scrollTop = pls.y + pls.height / 2 - box.current.clientHeight / 2;
  }, [isDrawn]);
  return (
    <div class="pls-graph" ref={box} tabIndex={placed.height + 2 * MARGIN > TALL ? 0 : undefined}>
      {isDrawn && <Drawing {...{ graph, placed, label, unfold }} />}
    </div>
  );
}

interface DrawingProps {
  readonly graph: Graph;
  readonly placed: Placed;
  readonly label: string;
  readonly unfold: (id: string) => void;
}

function Drawing({ graph, placed, label, unfold }: DrawingProps) {
  const { at, moveTo, open, onKeyDown, svg } = useWalk({ graph, placed, unfold });
  const [lit, setLit] = useState<string>();
  const path = useMemo(() => (lit === undefined ? undefined : pathOf(graph, lit)), [graph, lit]);
  const [width, height] = [placed.width + 2 * MARGIN, placed.height + 2 * MARGIN];
  return (
    <svg
      ref={svg}
      role="group"
      aria-label={label}
      viewBox={`${-MARGIN} ${-MARGIN} ${width} ${height}`}
      {...{ width, height, onKeyDown }}
      data-lit={path !== undefined}
    >
      <Edges {...{ graph, placed, path }} />
      {placed.places.map((place) => (
        <NodeBox
          key={place.node.id}
          {...{ place, path }}
          tabIndex={place.node.id === at ? 0 : -1}
          onFocus={() => (moveTo(place.node.id), setLit(place.node.id))}
          onBlur={() => setLit(undefined)}
          onPointerEnter={() => setLit(place.node.id)}
          onPointerLeave={() => setLit(undefined)}
          onClick={() => place.node.kind === "more" && open(place.node.id)}
        />
      ))}
    </svg>
  );
}

interface EdgesProps extends Pick<DrawingProps, "graph" | "placed"> {
  readonly path: ReadonlySet<string> | undefined;
}

function Edges({ graph, placed, path }: EdgesProps) {
  const at = new Map(placed.places.map((place) => [place.node.id, place]));
  return (
    <g class="graph-edges" aria-hidden="true">
      {graph.edges.map(([from, to]) => {
        const [a, b] = [at.get(from), at.get(to)];
        if (!a || !b) return null;
        const isLit = path !== undefined && path.has(from) && path.has(to);
        return <path key={`${from} ${to}`} d={drawEdge(a, b, placed.direction)} data-on-path={isLit} />;
      })}
    </g>
  );
}
