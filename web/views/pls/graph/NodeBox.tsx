import type { SVGAttributes } from "preact";
import type { Node } from "./model.ts";
import type { Place } from "./placeGraph.ts";
import { shorten } from "./shorten.ts";

const KIND_NAMES: Readonly<Record<Node["kind"], string>> = {
  service: "Service",
  frontend: "Frontend",
  pls: "Private Link Service",
  connection: "Endpoint",
  consumer: "Consumer",
  more: "Show",
};
/** Approximate width of a character in each line, in pixels; SVG does not truncate text. */
const LETTER = 8.3;
const SMALL_LETTER = 6.8;
const PADDING = 10;

export interface NodeBoxProps extends SVGAttributes<SVGGElement> {
  readonly place: Place;
  readonly path: ReadonlySet<string> | undefined;
}

export function NodeBox({ place: { node, x, y, width, height }, path, ...events }: NodeBoxProps) {
  const { kind, label, detail } = node;
  const isFold = kind === "more";
  const name = isFold ? `Show ${label}` : `${KIND_NAMES[kind]}: ${label}${detail ? `, ${detail}` : ""}`;
  const room = width - 2 * PADDING;
  // The alias of a PLS is longer than any box; the title and the list show it in full.
  const head =
    detail === undefined || isFold || kind === "pls" ? KIND_NAMES[kind] : `${KIND_NAMES[kind]} · ${detail}`;
  return (
    <g
      {...events}
      transform={`translate(${x} ${y})`}
      role={isFold ? "button" : "img"}
      aria-label={name}
      aria-description={isFold ? detail : undefined}
      class={`graph-node graph-${kind}`}
      data-node={node.id}
      data-on-path={path?.has(node.id)}
    >
      {!isFold && <title>{name}</title>}
      <rect {...{ width, height }} rx="6" />
      <text x={PADDING} y="18" class="graph-kind">
        {shorten(head, Math.floor(room / SMALL_LETTER))}
      </text>
      <text x={PADDING} y="35">
        {shorten(label, Math.floor(room / LETTER))}
      </text>
    </g>
  );
}
