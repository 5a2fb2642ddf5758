/** For pull requests and chat: tables that GitHub and similar sites render literally, whatever the names contain. */
import { inert } from "../../core/inert.ts";
import {
  countsOf,
  describeScope,
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
    `## Mooring audit: ${totalOf(report.open) === 0 ? "no open findings" : countsOf(report.open)}`,
    facts(report),
    ...warning(report),
    ...table(groupFindings(report, "open"), ["advice", ({ advice }) => advice]),
    ...aside("Acknowledged", groupFindings(report, "acknowledged"), ["until", acknowledgement]),
    ...aside("Suspected", groupFindings(report, "suspected"), ["opens", opensAt]),
    ...resolved(report),
  ].join("\n\n")}\n`;
}

type Column = readonly [title: string, cell: (finding: ReportedFinding) => string];

function facts({ run, acknowledged, suspected, since, generatedAtUtc }: AuditReport): string {
  const changes = since
    ? ` Since audit \`${safe(shortId(since.runId))}\`: ${since.appeared} new, ${since.worse} more severe, ${since.resolved.length} resolved.`
    : "";
  return `${acknowledged} acknowledged, ${suspected} suspected.${changes} Audit \`${safe(shortId(run.id))}\` ${run.state}, ${shortTime(run.finishedAtUtc ?? generatedAtUtc)}.`;
}

function warning({ unfinished }: AuditReport): string[] {
  if (unfinished.length === 0) return [];
  const lines = unfinished.map((scope) => `- ${safe(describeScope(scope))}`);
  return [
    "**The audit is incomplete.** The findings of these scopes are from an earlier audit:",
    lines.join("\n"),
  ];
}

function table(groups: readonly Group[], [title, cell]: Column): string[] {
  if (groups.length === 0) return [];
  const rows = groups.flatMap(({ findings }) =>
    findings.map((finding) => {
      const { severity, check, about, message, change } = finding;
      const { name, place } = subjectOf(about);
      const where = place === undefined ? name : `${name} (${place})`;
      const cells = [`${severity}${change ? ` (${change})` : ""}`, check, where, message, cell(finding)];
      return `| ${cells.map(safe).join(" | ")} |`;
    }),
  );
  return [
    [`| severity | check | resource | problem | ${title} |`, "| --- | --- | --- | --- | --- |", ...rows].join(
      "\n",
    ),
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

/** Characters that could be markup, or that a site turns into hyperlinks. */
const SPECIAL = /[^\p{L}\p{N} ,;:()'./-]|:(?=\/\/)|www\./giu;
/** Sites look for mentions and issues after decoding entities: these two must not precede a word directly. */
const CALLS = ["@", "#"];

/** Writes every special character as an entity, so that it is displayed and has no other effect. */
function safe(text: string): string {
  return inert(text).replace(SPECIAL, (special) => Array.from(special, entity).join(""));
}

function entity(character: string): string {
  const shown = `&#${character.codePointAt(0) ?? 0};`;
  return CALLS.includes(character) ? `${shown}&#8203;` : shown;
}
