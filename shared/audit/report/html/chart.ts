import type { TrendRow } from "../../auditRun.ts";
import { SEVERITIES } from "../../../findings/finding.ts";
import { countsOf, totalOf } from "../model.ts";
import { markup, type Markup } from "./markup.ts";

const HEIGHT = 96;
const BAR = 24;
const GAP = 7;
const FLOOR = 18;
const LEFT = 34;

/** Open findings of each day as stacked bars, most severe at the bottom; the title of each bar has the counts. */
export function chart(trend: readonly TrendRow[]): Markup {
  const most = Math.max(1, ...trend.map(({ counts }) => totalOf(counts)));
  const width = LEFT + trend.length * (BAR + GAP);
  const [first, last] = [trend[0]?.date ?? "", trend.at(-1)?.date ?? ""];
  return markup`<svg
    class="trend"
    viewBox="0 0 ${Math.max(width, 180)} ${HEIGHT + FLOOR + 8}"
    width="${Math.max(width, 180)}"
    height="${HEIGHT + FLOOR + 8}"
    role="img"
    aria-label="Open findings by day, ${first} to ${last}; max ${most}"
  >
    <line x1="${LEFT}" y1="8" x2="${width}" y2="8" class="grid" />
    <line x1="${LEFT}" y1="${HEIGHT + 8}" x2="${width}" y2="${HEIGHT + 8}" class="axis" />
    <text x="${LEFT - 6}" y="12" class="scale end">${most}</text>
    <text x="${LEFT - 6}" y="${HEIGHT + 12}" class="scale end">0</text>
    ${trend.map((row, index) => bar(row, LEFT + index * (BAR + GAP), HEIGHT / most))}
    <text x="${LEFT}" y="${HEIGHT + FLOOR + 6}" class="scale">${first}</text>
    ${trend.length > 9 && markup`<text x="${width - GAP}" y="${HEIGHT + FLOOR + 6}" class="scale end">${last}</text>`}
  </svg>`;
}

function bar({ date, counts }: TrendRow, x: number, unit: number): Markup {
  let y = HEIGHT + 8;
  const parts = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) => {
    const height = counts[severity] * unit;
    y -= height;
    return markup`<rect
      x="${x}"
      y="${round(y)}"
      width="${BAR}"
      height="${round(height)}"
      class="${severity}"
    />`;
  });
  return markup`<g><title>${date}: ${countsOf(counts)}</title>${parts}</g>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
