import { shortTime, subjectOf, type ReportedFinding } from "../model.ts";
import { markup, type Content, type Markup } from "./markup.ts";

/** One finding: what is wrong, what to do, what Mooring would do. */
export function findingArticle(finding: ReportedFinding): Markup {
  const { id, severity, state, about, cluster, message, advice, news, planned } = finding;
  const { name, place } = subjectOf(about);
  return markup`<article class="${state === "open" ? severity : ""}" id="f-${id}">
    <div class="head">
      <h3>${name}</h3>
      ${place !== undefined && markup`<span class="soft">in ${place}</span>`}${cluster !== undefined && markup`<span class="soft">cluster ${cluster}</span>`}
      ${news !== undefined && markup`<span class="badge quiet">${news}</span>`}${state !== "open" && markup`<span class="badge ${severity}">${severity}</span>`}<span
        class="id soft"
        >${id}</span
      >
    </div>
    ${name !== about && markup`<p class="about soft"><code>${about}</code></p>`}
    <p>${message}</p>
    <dl>${fact("What to do", advice)}${sides(finding)}${life(finding)}</dl>
    ${
      planned !== undefined &&
      planned.length > 0 &&
      markup`<p class="soft">What Mooring would change (<code>mooring findings fix ${id}</code>):</p>
        <pre>${planned.map(planLine)}</pre>`
    }
  </article> `;
}

function fact(name: string, value: Content): Markup {
  return markup`<dt>${name}</dt>
    <dd>${value}</dd>`;
}

function sides({ declared, allowed, actual }: ReportedFinding): Content[] {
  return [
    declared !== undefined && fact("Declared", markup`<code>${declared}</code>`),
    allowed !== undefined && fact("Policy leaves", markup`<code>${allowed}</code>`),
    actual !== undefined && fact("Actual", markup`<code>${actual}</code>`),
  ];
}

function life({ firstSeenAtUtc, reopened, acknowledged, opensAtUtc, state }: ReportedFinding): Content[] {
  const again = reopened ? `, came back ${reopened} times` : "";
  return [
    fact("First seen", `${shortTime(firstSeenAtUtc)}${again}`),
    acknowledged &&
      state === "acknowledged" &&
      fact(
        "Acknowledged",
        `until ${shortTime(acknowledged.untilUtc)} by ${acknowledged.who}: ${acknowledged.reason}`,
      ),
    opensAtUtc !== undefined && state === "suspected" && fact("Counts from", shortTime(opensAtUtc)),
  ];
}

const MARKS: Readonly<Record<string, string>> = { "+": "made", "~": "changed", "-": "removed" };

/** Coloured by its mark, as the terminal shows it. */
function planLine(line: string): Markup {
  const mark = MARKS[line.trimStart().charAt(0)];
  return mark === undefined ? markup`<span>${line}</span>` : markup`<span class="${mark}">${line}</span>`;
}
