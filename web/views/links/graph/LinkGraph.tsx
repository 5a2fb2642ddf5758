import type { SVGAttributes, TargetedKeyboardEvent } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { groupGraph } from "./groupGraph.ts";
import type { ApiGraph, Graph, Node } from "./model.ts";
import { type Direction, type Place, type Placed, placeGraph } from "./placeGraph.ts";
import { shorten } from "./shorten.ts";
import { useWidth } from "./useWidth.ts";
import { pathOf, walk } from "./walk.ts";

/** Below this the layers run down the page. In pixels. */
const NARROW = 640;
const MARGIN = 4;
const KIND_NAMES: Readonly<Record<Node["kind"], string>> = {
  service: "Service",
  frontend: "Frontend",
  link: "Link",
  connection: "Connection",
  consumer: "Consumer",
  more: "Folded",
};

export interface LinkGraphProps {
  readonly graph: ApiGraph;
  /** Names the picture for those who do not see it. */
  readonly label: string;
}

/** Service → frontend → link → connections → consumers: one tab stop, arrow keys along the edges, Enter unfolds. */
export function LinkGraph({ graph: whole, label }: LinkGraphProps) {
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const { box, width } = useWidth<HTMLDivElement>();
  const direction: Direction = width < NARROW ? "down" : "right";
  const graph = useMemo(() => groupGraph(whole, { unfolded }), [whole, unfolded]);
  const placed = useMemo(() => placeGraph(graph, direction), [graph, direction]);
  const unfold = (id: string) => setUnfolded(new Set([...unfolded, id]));
  return (
    <div class="link-graph" ref={box}>
      {width > 0 && <Drawing {...{ graph, placed, direction, label, unfold }} />}
    </div>
  );
}

interface DrawingProps {
  readonly graph: Graph;
  readonly placed: Placed;
  readonly direction: Direction;
  readonly label: string;
  readonly unfold: (id: string) => void;
}

function Drawing({ graph, placed, direction, label, unfold }: DrawingProps) {
  const { at, moveTo, onKeyDown, svg } = useWalk({ graph, placed, direction, unfold });
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
      <Edges {...{ graph, placed, direction, path }} />
      {placed.places.map((place) => (
        <NodeBox
          key={place.node.id}
          {...{ place, placed, path }}
          tabIndex={place.node.id === at ? 0 : -1}
          onFocus={() => (moveTo(place.node.id), setLit(place.node.id))}
          onBlur={() => setLit(undefined)}
          onPointerEnter={() => setLit(place.node.id)}
          onPointerLeave={() => setLit(undefined)}
          onClick={() => place.node.kind === "more" && unfold(place.node.id)}
        />
      ))}
    </svg>
  );
}

/** The one node that can be tabbed to, moved by the arrow keys. */
function useWalk({ graph, placed, direction, unfold }: Omit<DrawingProps, "label">) {
  const svg = useRef<SVGSVGElement>(null);
  const [wished, moveTo] = useState<string>();
  const first = placed.places.find(({ node }) => node.kind === "link") ?? placed.places[0];
  const at = placed.places.some(({ node }) => node.id === wished) ? wished : first?.node.id;
  const onKeyDown = (event: TargetedKeyboardEvent<SVGSVGElement>) => {
    if (at === undefined) return;
    const isFold = placed.places.some(({ node }) => node.id === at && node.kind === "more");
    const to = walk({ graph, placed, direction }, at, event.key);
    if (isFold && (event.key === "Enter" || event.key === " ")) unfold(at);
    else if (to === undefined) return;
    else focusOn(svg.current, to);
    event.preventDefault();
  };
  return { svg, at, moveTo, onKeyDown };
}

function focusOn(svg: SVGSVGElement | null, id: string): void {
  svg?.querySelector<SVGGElement>(`[data-node="${CSS.escape(id)}"]`)?.focus();
}

interface NodeBoxProps extends SVGAttributes<SVGGElement> {
  readonly place: Place;
  readonly placed: Placed;
  readonly path: ReadonlySet<string> | undefined;
}

function NodeBox({ place, placed, path, ...events }: NodeBoxProps) {
  const { node, x, y } = place;
  const { width, height } = placed.size;
  const said = `${KIND_NAMES[node.kind]}: ${node.label}${node.detail ? `, ${node.detail}` : ""}`;
  // 7.2 pixels is about the width of a letter at 13 pixels; the smaller line has room for a few more.
  const letters = Math.floor((width - 20) / 7.2);
  return (
    <g
      {...events}
      transform={`translate(${x} ${y})`}
      role={node.kind === "more" ? "button" : "img"}
      aria-label={node.kind === "more" ? `${node.detail}: show them` : said}
      class={`graph-node graph-${node.kind}`}
      data-node={node.id}
      data-on-path={path?.has(node.id)}
    >
      <title>{said}</title>
      <rect {...{ width, height }} rx="6" />
      <text x="10" y="19" class="graph-kind">
        {node.kind === "more" ? "Show" : KIND_NAMES[node.kind]}
        {node.detail && node.kind !== "more" ? ` · ${shorten(node.detail, letters - 8)}` : ""}
      </text>
      <text x="10" y="36">
        {shorten(node.label, letters)}
      </text>
    </g>
  );
}

function Edges({
  graph,
  placed,
  direction,
  path,
}: Pick<DrawingProps, "graph" | "placed" | "direction"> & Pick<NodeBoxProps, "path">) {
  const at = new Map(placed.places.map((place) => [place.node.id, place]));
  return (
    <g class="graph-edges" aria-hidden="true">
      {graph.edges.map(([from, to]) => {
        const [a, b] = [at.get(from), at.get(to)];
        if (!a || !b) return null;
        const isLit = path !== undefined && path.has(from) && path.has(to);
        return <path key={`${from} ${to}`} d={curve(a, b, { placed, direction })} data-on-path={isLit} />;
      })}
    </g>
  );
}

function curve(
  a: Place,
  b: Place,
  { placed, direction }: Pick<DrawingProps, "placed" | "direction">,
): string {
  const { width, height } = placed.size;
  if (direction === "right") {
    const [x1, y1, x2, y2] = [a.x + width, a.y + height / 2, b.x, b.y + height / 2];
    const middle = (x1 + x2) / 2;
    return `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
  }
  const [x1, y1, x2, y2] = [a.x + width / 2, a.y + height, b.x + width / 2, b.y];
  const middle = (y1 + y2) / 2;
  return `M${x1} ${y1} C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
}
