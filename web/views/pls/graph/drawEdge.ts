import { BRACKET, type Direction, type Place } from "./placeGraph.ts";

const STEM = 8;
const CORNER = 5;

/** The line between two nodes as SVG path data. */
export function drawEdge(from: Place, to: Place, direction: Direction): string {
  if (direction === "right") return curve(from, to);
  return to.node.kind === "consumer" && from.node.kind !== "pls" ? bracket(from, to) : elbow(from, to);
}

function curve(from: Place, to: Place): string {
  const [x1, y1, x2, y2] = [from.x + from.width, middleOf(from), to.x, middleOf(to)];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

/** Down on the left, below the indent. */
function elbow(from: Place, to: Place): string {
  const [x, y] = [from.x + STEM, middleOf(to)];
  return `M${x} ${from.y + from.height} V${y - CORNER} Q${x} ${y} ${x + CORNER} ${y} H${to.x}`;
}

/** Around on the right: connections are stacked, and an edge must not seem to connect neighbours. */
function bracket(from: Place, to: Place): string {
  const [right, x] = [from.x + from.width, from.x + from.width + BRACKET - 4];
  const [y1, y2] = [middleOf(from), middleOf(to)];
  return `M${right} ${y1} H${x - CORNER} Q${x} ${y1} ${x} ${y1 + CORNER} V${y2 - CORNER} Q${x} ${y2} ${x - CORNER} ${y2} H${right}`;
}

function middleOf({ y, height }: Place): number {
  return y + height / 2;
}
