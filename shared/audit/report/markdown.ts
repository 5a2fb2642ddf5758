/** For pull requests and chat: a table per severity that a forge shows as it is, whatever is in the names. */
import { inert } from "../../core/inert.ts";
import {
  countsOf,
  fateOf,
  groupFindings,
  shortId,
  shortTime,
  subjectOf,
  totalOf,
  type AuditReport,
  type Group,
  type ReportedFinding,
} from "./model.ts";

export function renderMarkdown(report: AuditReport): string {
  return `${[
    `## Mooring audit: ${totalOf(report.open) === 0 ? "nothing open" : countsOf(report.open)}`,
    facts(report),
    ...warning(report),
    ...table(groupFindings(report, "open"), ["what to do", ({ advice }) => advice]),
    ...aside("Acknowledged", groupFindings(report, "acknowledged"), ["until", acknowledgement]),
    ...aside("Suspected", groupFindings(report, "suspected"), ["open if so at", opensAt]),
    ...resolved(report),
  ].join("\n\n")}\n`;
}

type Column = readonly [title: string, cell: (finding: ReportedFinding) => string];

function facts({ run, acknowledged, suspected, since, generatedAtUtc }: AuditReport): string {
  const news = since
    ? ` Since audit \`${safe(shortId(since.runId))}\`: ${since.appeared} appeared, ${since.worse} got worse, ${since.resolved.length} resolved.`
    : "";
  return `${acknowledged} acknowledged, ${suspected} suspected.${news} Audit \`${safe(shortId(run.id))}\` ${run.state}, ${shortTime(run.finishedAtUtc ?? generatedAtUtc)}.`;
}

function warning({ unfinished }: AuditReport): string[] {
  if (unfinished.length === 0) return [];
  const lines = unfinished.map((scope) => `- ${safe(fateOf(scope))}`);
  return [
    "**Not everything was audited.** Of these the findings are those of an earlier audit:",
    lines.join("\n"),
  ];
}

function table(groups: readonly Group[], [title, cell]: Column): string[] {
  if (groups.length === 0) return [];
  const rows = groups.flatMap(({ findings }) =>
    findings.map((finding) => {
      const { severity, check, about, message, news } = finding;
      const { name, place } = subjectOf(about);
      const where = place === undefined ? name : `${name} (${place})`;
      const cells = [`${severity}${news ? ` (${news})` : ""}`, check, where, message, cell(finding)];
      return `| ${cells.map(safe).join(" | ")} |`;
    }),
  );
  return [
    [`| | check | about | what is wrong | ${title} |`, "| --- | --- | --- | --- | --- |", ...rows].join("\n"),
  ];
}

function aside(title: string, groups: readonly Group[], column: Column): string[] {
  return groups.length === 0 ? [] : [`### ${title}`, ...table(groups, column)];
}

function acknowledgement({ acknowledged }: ReportedFinding): string {
  return acknowledged
    ? `${shortTime(acknowledged.untilUtc)}, ${acknowledged.who}: ${acknowledged.reason}`
    : "";
}

function opensAt({ opensAtUtc = "" }: ReportedFinding): string {
  return shortTime(opensAtUtc);
}

function resolved({ since }: AuditReport): string[] {
  if (!since || since.resolved.length === 0) return [];
  const lines = since.resolved.map(({ check, about, message }) => {
    return `- ${safe(check)}: ${safe(subjectOf(about).name)}, ${safe(message)}`;
  });
  return ["### Resolved", lines.join("\n")];
}

/** Whatever could be markup, or that a forge makes a PLS of. */
const SPECIAL = /[^\p{L}\p{N} ,;:()'./-]|:(?=\/\/)|www\./giu;
/** A forge looks for mentions and issues after it has read the entities: these two must not stand right before a word. */
const CALLS = ["@", "#"];

/** Every special character as an entity: it is shown, and is nothing else. */
function safe(text: string): string {
  return inert(text).replace(SPECIAL, (special) => Array.from(special, entity).join(""));
}

function entity(character: string): string {
  const shown = `&#${character.codePointAt(0) ?? 0};`;
  return CALLS.includes(character) ? `${shown}&#8203;` : shown;
}
