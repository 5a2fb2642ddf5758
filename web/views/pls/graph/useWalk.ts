import type { TargetedKeyboardEvent } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Graph } from "./model.ts";
import type { Placed } from "./placeGraph.ts";
import { walk } from "./walk.ts";

interface Walking {
  readonly graph: Graph;
  readonly placed: Placed;
  readonly unfold: (id: string) => void;
}

/** The node with tabindex 0, at first the PLS, moved by the arrow keys. */
export function useWalk({ graph, placed, unfold }: Walking) {
  const svg = useRef<SVGSVGElement>(null);
  const [wished, moveTo] = useState<string>();
  const first = placed.places.find(({ node }) => node.kind === "pls") ?? placed.places[0];
  const at = placed.places.some(({ node }) => node.id === wished) ? wished : first?.node.id;
  const shownBefore = useRef<ReadonlySet<string>>(undefined);
  const open = (id: string) => {
    shownBefore.current = new Set(placed.places.map(({ node }) => node.id));
    unfold(id);
  };
  useLayoutEffect(() => {
    // Unfolding removes the node that had the focus: the focus moves to the first of the new nodes.
    const before = shownBefore.current;
    shownBefore.current = undefined;
    const came = before && placed.places.find(({ node }) => !before.has(node.id));
    if (came) focusOn(svg.current, came.node.id);
  }, [placed]);
  const onKeyDown = (event: TargetedKeyboardEvent<SVGSVGElement>) => {
    if (at === undefined) return;
    const isFold = placed.places.some(({ node }) => node.id === at && node.kind === "more");
    const to = walk(graph, placed, at, event.key);
    if (isFold && (event.key === "Enter" || event.key === " ")) open(at);
    else if (to === undefined) return;
    else focusOn(svg.current, to);
    event.preventDefault();
  };
  return { svg, at, moveTo, open, onKeyDown };
}

function focusOn(svg: SVGSVGElement | null, id: string): void {
  svg?.querySelector<SVGGElement>(`[data-node="${CSS.escape(id)}"]`)?.focus();
}
