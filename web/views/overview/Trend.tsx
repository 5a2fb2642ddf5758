import type { TrendDay } from "../../../api/model.ts";
import { Card } from "../../ui/Card.tsx";
import { Empty } from "../../ui/Resource.tsx";
import { SEVERITIES } from "../../ui/Severity.tsx";
import { count } from "../../ui/words.ts";

const WIDTH = 600;
const HEIGHT = 150;
const NAMES = { error: "Errors", warning: "Warnings", info: "Info" } as const;

/** Open findings at the end of each day, as a stacked bar chart and as a table. */
export function Trend({ days }: { days: readonly TrendDay[] }) {
  if (days.length === 0)
    return (
      <Card title="Trend">
        <Empty title="No history yet.">Open findings are counted at the end of each audit.</Empty>
      </Card>
    );
  return (
    <Card title="Trend" actions={<Legend />} class="trend-card">
      <Bars days={days} />
      <details class="trend-table">
        <summary>Show as table</summary>
        <TrendTable days={days} />
      </details>
    </Card>
  );
}

function Legend() {
  return (
    <ul class="trend-legend">
      {SEVERITIES.map((severity) => (
        <li key={severity}>
          <span class={`trend-key trend-${severity}`} aria-hidden="true" /> {NAMES[severity]}
        </li>
      ))}
    </ul>
  );
}

function Bars({ days }: { days: readonly TrendDay[] }) {
  const most = Math.max(1, ...days.map(total));
  const step = WIDTH / Math.max(days.length, 14);
  return (
    <figure class="trend">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={describe(days)}
        preserveAspectRatio="none"
      >
        {days.map((day, index) => (
          <Bar key={day.date} day={day} x={index * step} width={step} scale={HEIGHT / most} />
        ))}
      </svg>
      <figcaption class="trend-ends quiet number">
        <span>{days[0]?.date}</span>
        <span>max {most}</span>
        {days.length > 1 && <span>{days.at(-1)?.date}</span>}
      </figcaption>
    </figure>
  );
}

function Bar({ day, x, width, scale }: { day: TrendDay; x: number; width: number; scale: number }) {
  let bottom = HEIGHT;
  return (
    <g>
      <title>{`${day.date}: ${describeDay(day)}`}</title>
      <rect class="trend-ground" x={x} y={0} width={width} height={HEIGHT} />
      {SEVERITIES.map((severity) => {
        const height = day.counts[severity] * scale;
        bottom -= height;
        return (
          <rect
            key={severity}
            class={`trend-${severity}`}
            x={x + 1}
            y={bottom}
            width={Math.max(1, width - 2)}
            height={height}
          />
        );
      })}
    </g>
  );
}

function TrendTable({ days }: { days: readonly TrendDay[] }) {
  return (
    <div class="trend-scroll" tabIndex={0} role="region" aria-label="Open findings per day">
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            {SEVERITIES.map((severity) => (
              <th key={severity} scope="col">
                {NAMES[severity]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map(({ date, counts }) => (
            <tr key={date}>
              <th scope="row">{date}</th>
              {SEVERITIES.map((severity) => (
                <td key={severity}>{counts[severity]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function total({ counts }: TrendDay): number {
  return counts.error + counts.warning + counts.info;
}

function describeDay({ counts: { error, warning, info } }: TrendDay): string {
  return `${count(error, "error")}, ${count(warning, "warning")}, ${info} info`;
}

function describe(days: readonly TrendDay[]): string {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return "";
  return `Open findings per day. ${first.date}: ${describeDay(first)}. ${last.date}: ${describeDay(last)}.`;
}
