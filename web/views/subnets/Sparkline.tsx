import type { Subnet } from "../../../api/model.ts";
import { linePath, linePoints } from "./usage.ts";

const BOX = { width: 88, height: 20 };

/** Usage of the last days; the page of the subnet has the numbers. */
export function Sparkline({ history }: { history: Subnet["history"] }) {
  if (history.length < 2) return <span class="quiet">–</span>;
  const values = history.map(({ used }) => used);
  const least = Math.min(...values);
  const points = linePoints(
    values.map((value) => value - least),
    Math.max(1, Math.max(...values) - least),
    BOX,
  );
  const [first = 0, last = 0] = [values[0], values.at(-1)];
  return (
    <svg
      class="sparkline"
      viewBox="-2 -2 92 24"
      width="92"
      height="24"
      role="img"
      aria-label={`${first} to ${last}`}
    >
      <path d={linePath(points)} />
      <circle cx={points.at(-1)?.x} cy={points.at(-1)?.y} r="2" />
    </svg>
  );
}
