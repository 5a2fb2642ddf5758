import type { TargetedKeyboardEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Graph } from "./model.ts";
import type { Placed } from "./placeGraph.ts";
import { walk } from "./walk.ts";

interface Walking {
  readonly graph: Graph;
  readonly placed: Placed;
  readonly unfold: (id: string) => void;
}

/** The one node that can be tabbed to, at first the link, moved by the arrow keys. */
export function useWalk({ graph, placed, unfold }: Walking) {
  const svg = useRef<SVGSVGElement>(null);
  const [wished, moveTo] = useState<string>();
  const first = placed.places.find(({ node }) => node.kind === "link") ?? placed.places[0];
  const at = placed.places.some(({ node }) => node.id === wished) ? wished : first?.node.id;
  const onKeyDown = (event: TargetedKeyboardEvent<SVGSVGElement>) => {
    if (at === undefined) return;
    const isFold = placed.places.some(({ node }) => node.id === at && node.kind === "more");
    const to = walk(graph, placed, at, event.key);
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
