import { useId, useRef } from "preact/hooks";
import type { Subnet } from "../../../api/model.ts";
import { Card } from "../../ui/Card.tsx";
import { number } from "../../ui/words.ts";
import { day } from "./dates.ts";
import { FullOn } from "./FullOn.tsx";
import { planGrowth, type GrowthChart } from "./planGrowth.ts";
import { linePath } from "./usage.ts";
import { useWidth } from "./useElement.ts";
import "../../ui/facts.css";

const HEIGHT = 140;

/** Usage history: a chart of the last days, the day when it is full at the current rate, and a table. */
export function Growth({ subnet }: { subnet: Subnet }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const chart = planGrowth(subnet, { width: Math.max(1, width), height: HEIGHT });
  return (
    <Card title="Usage history">
      <dl class="fact-grid">
        <div>
          <dt>Full on</dt>
          <dd>
            <FullOn subnet={subnet} />
          </dd>
        </div>
        {subnet.forecast && (
          <div>
            <dt>Rate</dt>
            <dd>{rateText(subnet.forecast.perDay)}, based on the last 30 days</dd>
          </div>
        )}
      </dl>
      <div ref={box}>
        {chart && width > 0 && <Chart subnet={subnet} chart={chart} width={width} />}
        {!chart && <p class="quiet">The chart requires at least two days of history.</p>}
      </div>
      {subnet.history.length > 0 && <HistoryTable subnet={subnet} />}
    </Card>
  );
}

function rateText(perDay: number): string {
  const text = number(Math.round(Math.abs(perDay) * 10) / 10);
  return `${perDay < 0 ? "−" : "+"}${text} addresses per day`;
}

function Chart({ subnet, chart, width }: { subnet: Subnet; chart: GrowthChart; width: number }) {
  const id = useId();
  const last = subnet.history.at(-1)?.used ?? 0;
  return (
    <svg class="growth" width={width} height={HEIGHT + 24} role="img" aria-labelledby={id}>
      <title id={id}>
        {`Used addresses from ${day(chart.firstDate)}, now ${number(last)} of ${number(subnet.usable)}. The numbers are in the table below.`}
      </title>
      <line class="growth-full" x1="0" x2={width} y1={chart.fullY} y2={chart.fullY} />
      <text x="0" y={chart.fullY - 4}>
        usable: {number(subnet.usable)}
      </text>
      <line class="growth-ground" x1="0" x2={width} y1={HEIGHT} y2={HEIGHT} />
      <path class="growth-past" d={linePath(chart.past)} />
      <path class="growth-ahead" d={linePath(chart.ahead)} />
      <circle class="growth-now" cx={chart.past.at(-1)?.x} cy={chart.past.at(-1)?.y} r="3.5" />
      <text x="0" y={HEIGHT + 18}>
        {day(chart.firstDate)}
      </text>
      <text x={width} y={HEIGHT + 18} text-anchor="end">
        {day(chart.lastDate)}
      </text>
    </svg>
  );
}

function HistoryTable({ subnet: { history, usable } }: { subnet: Subnet }) {
  return (
    <details class="history">
      <summary>Show as table</summary>
      <table>
        <caption class="unseen">Used addresses by day</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Used</th>
            <th scope="col">Free</th>
          </tr>
        </thead>
        <tbody>
          {history.toReversed().map(({ date, used }) => (
            <tr key={date}>
              <th scope="row">{day(date)}</th>
              <td>{number(used)}</td>
              <td>{number(Math.max(0, usable - used))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
