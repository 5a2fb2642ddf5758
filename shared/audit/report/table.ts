/** For terminals: most severe first, the advice of each check once, and a summary at the end. */
import { SEVERITIES, type Severity } from "../../findings/finding.ts";
import { inert } from "../../core/inert.ts";
import { hang, wrap } from "./wrap.ts";
import {
  countOf,
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

export type Tone = Severity | "good" | "quiet" | "strong";
/** Colours a text by its tone, if colours are enabled. */
export type PaintTone = (tone: Tone, text: string) => string;

export interface TableOptions {
  /** Width of the terminal in cells. */
  readonly columns?: number;
  readonly paint?: PaintTone;
}

const COLUMNS = 100;
const NARROWEST = 40;
const ID = "  ";
/** Under the id of a finding, which has 12 digits. */
const UNDER = " ".repeat(16);

interface Pen {
  readonly columns: number;
  readonly paint: PaintTone;
}

export function renderTable(report: AuditReport, options: TableOptions = {}): string {
  const pen: Pen = {
    columns: Math.max(options.columns ?? COLUMNS, NARROWEST),
    paint: options.paint ?? ((_, text) => text),
  };
  return [
    ...groupFindings(report, "open").flatMap((group) => block(pen, group)),
    ...aside(pen, "Acknowledged", groupFindings(report, "acknowledged"), untilWhen),
    ...aside(pen, "Suspected (may be transient)", groupFindings(report, "suspected"), opensWhen),
    ...summary(pen, report),
    "",
  ].join("\n");
}

function block(pen: Pen, { check, severity, findings }: Group): string[] {
  const { paint, columns } = pen;
  const title = `${paint(severity, severity)}  ${paint("strong", inert(check.id))}`;
  const advices = [...new Set(findings.map(({ advice }) => advice))];
  return [
    ...wrap(`${title}  ${paint("quiet", `${findings.length} found`)}`, columns),
    ...wrap(inert(check.title), columns),
    "",
    ...findings.flatMap((finding) => [
      ...one(pen, finding, inert(finding.message)),
      ...(advices.length > 1 ? hang(`${UNDER}→ `, inert(finding.advice), columns) : []),
    ]),
    ...(advices.length === 1 ? ["", ...hang(`${ID}→ `, inert(advices[0] ?? ""), columns)] : []),
    "",
  ];
}

function one({ paint, columns }: Pen, finding: ReportedFinding, text: string): string[] {
  const { id, about, cluster, change, planned } = finding;
  const { name, place } = subjectOf(about);
  const where = [
    place && `in ${place}`,
    cluster && about !== cluster && !about.startsWith(`${cluster}/`) && `cluster ${cluster}`,
  ]
    .filter((text) => typeof text === "string" && text !== "")
    .join(", ");
  const marks = [change, planned && "can be fixed"].filter((mark) => mark !== undefined).join(", ");
  const head = [
    paint("strong", inert(name)),
    where && paint("quiet", `(${inert(where)})`),
    marks && `· ${marks}`,
  ]
    .filter(Boolean)
    .join(" ");
  return [
    ...hang(`${ID}${paint("quiet", inert(id).padEnd(12))}  `, head, columns),
    ...wrap(text, columns, UNDER),
  ];
}

type Text = (finding: ReportedFinding) => string;

function aside(pen: Pen, title: string, groups: readonly Group[], textOf: Text): string[] {
  if (groups.length === 0) return [];
  return [
    pen.paint("strong", title),
    "",
    ...groups.flatMap(({ findings }) =>
      findings.flatMap((finding) => one(pen, finding, inert(textOf(finding)))),
    ),
    "",
  ];
}

function untilWhen({ check, acknowledged }: ReportedFinding): string {
  const { untilUtc = "", who = "", reason = "" } = acknowledged ?? {};
  return `${check}: until ${shortTime(untilUtc)}, by ${who}: ${reason}`;
}

function opensWhen({ check, message, opensAtUtc = "" }: ReportedFinding): string {
  return `${check}: ${message}; opens at ${shortTime(opensAtUtc)} if the check still fails`;
}

function summary({ paint, columns }: Pen, report: AuditReport): string[] {
  const { run, since, unfinished, generatedAtUtc } = report;
  const left = unfinished.map((scope) => `! ${inert(describeScope(scope))}`);
  const comparison = since
    ? `Since audit ${shortId(since.runId)}: ${since.appeared} new, ${since.worse} more severe, ${since.resolved.length} resolved.`
    : "No earlier audit to compare with.";
  return [
    ...left.flatMap((line) => wrap(line, columns).map((text) => paint("warning", text))),
    ...(left.length > 0
      ? wrap("The audit is incomplete: the findings of these scopes are from an earlier audit.", columns)
      : []),
    ...wrap(verdict(paint, report), columns),
    ...wrap(comparison, columns),
    ...wrap(
      `Audit ${shortId(run.id)}: ${run.state}, ${shortTime(run.finishedAtUtc ?? generatedAtUtc)}, by ${inert(run.who)}.`,
      columns,
      "",
    ).map((line) => paint("quiet", line)),
  ];
}

/** Summary line in the style of ESLint. */
function verdict(paint: PaintTone, { open, acknowledged, suspected }: AuditReport): string {
  const others = `(${acknowledged} acknowledged, ${suspected} suspected)`;
  const worst = SEVERITIES.find((severity) => open[severity] > 0);
  if (!worst) return `${paint("good", "✔ No open findings")} ${others}`;
  const counts = SEVERITIES.map((severity) =>
    paint(open[severity] > 0 ? severity : "quiet", countOf(severity, open[severity])),
  );
  return `${paint(worst, `✖ ${totalOf(open)} open:`)} ${counts.join(", ")} ${others}`;
}
