import { shortTime, subjectOf, type ReportedFinding } from "../model.ts";
import { markup, type Content, type Markup } from "./markup.ts";

/** One finding: problem, advice, and the change that Mooring would make. */
export function findingArticle(finding: ReportedFinding): Markup {
  const { id, severity, state, about, cluster, message, advice, change, planned } = finding;
  const { name, place } = subjectOf(about);
  return markup`<article class="${state === "open" ? severity : ""}" id="f-${id}">
    <div class="head">
      <h3>${name}</h3>
      ${place !== undefined && markup`<span class="soft">in ${place}</span>`}${cluster !== undefined && markup`<span class="soft">cluster ${cluster}</span>`}
      ${change !== undefined && markup`<span class="badge quiet">${change}</span>`}${state !== "open" && markup`<span class="badge ${severity}">${severity}</span>`}<span
        class="id soft"
        >${id}</span
      >
    </div>
    ${name !== about && markup`<p class="about soft"><code>${about}</code></p>`}
    <p>${message}</p>
    <dl>${fact("Advice", advice)}${sides(finding)}${history(finding)}</dl>
    ${
      planned !== undefined &&
      planned.length > 0 &&
      markup`<p class="soft">Planned change (<code>mooring findings fix ${id}</code>):</p>
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
    allowed !== undefined && fact("Allowed by policy", markup`<code>${allowed}</code>`),
    actual !== undefined && fact("Actual", markup`<code>${actual}</code>`),
  ];
}

function history({ firstSeenAtUtc, reopened, acknowledged, opensAtUtc, state }: ReportedFinding): Content[] {
  const again = reopened ? `, reopened ${reopened} times` : "";
  return [
    fact("First seen", `${shortTime(firstSeenAtUtc)}${again}`),
    acknowledged &&
      state === "acknowledged" &&
      fact(
        "Acknowledged",
        `until ${shortTime(acknowledged.untilUtc)} by ${acknowledged.who}: ${acknowledged.reason}`,
      ),
    opensAtUtc !== undefined && state === "suspected" && fact("Opens", shortTime(opensAtUtc)),
  ];
}

const MARKS: Readonly<Record<string, string>> = { "+": "made", "~": "changed", "-": "removed" };

/** Colours a line of the plan by its mark, as in the terminal. */
function planLine(line: string): Markup {
  const mark = MARKS[line.trimStart().charAt(0)];
  return mark === undefined ? markup`<span>${line}</span>` : markup`<span class="${mark}">${line}</span>`;
}
