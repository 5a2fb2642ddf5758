/** For people at a terminal: worst first, each check's advice once, and a line at the end that says it all. */
import { SEVERITIES, type Severity } from "../../findings/finding.ts";
import { inert } from "../../core/inert.ts";
import { hang, wrap } from "./wrap.ts";
import {
  countOf,
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

export type Tone = Severity | "good" | "quiet" | "strong";
/** Colours a text by its tone, or leaves it as it is. */
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
    ...aside(pen, "Suspected: may settle by themselves", groupFindings(report, "suspected"), opensWhen),
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

function one({ paint, columns }: Pen, finding: ReportedFinding, says: string): string[] {
  const { id, about, cluster, news, planned } = finding;
  const { name, place } = subjectOf(about);
  const where = [
    place && `in ${place}`,
    cluster && about !== cluster && !about.startsWith(`${cluster}/`) && `cluster ${cluster}`,
  ]
    .filter((text) => typeof text === "string" && text !== "")
    .join(", ");
  const marks = [news, planned && "can be fixed"].filter((mark) => mark !== undefined).join(", ");
  const head = [
    paint("strong", inert(name)),
    where && paint("quiet", `(${inert(where)})`),
    marks && `· ${marks}`,
  ]
    .filter(Boolean)
    .join(" ");
  return [
    ...hang(`${ID}${paint("quiet", inert(id).padEnd(12))}  `, head, columns),
    ...wrap(says, columns, UNDER),
  ];
}

type Says = (finding: ReportedFinding) => string;

function aside(pen: Pen, title: string, groups: readonly Group[], says: Says): string[] {
  if (groups.length === 0) return [];
  return [
    pen.paint("strong", title),
    "",
    ...groups.flatMap(({ findings }) =>
      findings.flatMap((finding) => one(pen, finding, inert(says(finding)))),
    ),
    "",
  ];
}

function untilWhen({ check, acknowledged }: ReportedFinding): string {
  const { untilUtc = "", who = "", reason = "" } = acknowledged ?? {};
  return `${check}: until ${shortTime(untilUtc)}, by ${who}: ${reason}`;
}

function opensWhen({ check, message, opensAtUtc = "" }: ReportedFinding): string {
  return `${check}: ${message}; a finding if it is still so at ${shortTime(opensAtUtc)}`;
}

function summary({ paint, columns }: Pen, report: AuditReport): string[] {
  const { run, since, unfinished, generatedAtUtc } = report;
  const left = unfinished.map((scope) => `! ${inert(fateOf(scope))}`);
  const news = since
    ? `Since audit ${shortId(since.runId)}: ${since.appeared} appeared, ${since.worse} got worse, ${since.resolved.length} resolved.`
    : "There is no earlier audit to compare with.";
  return [
    ...left.flatMap((line) => wrap(line, columns).map((text) => paint("warn", text))),
    ...(left.length > 0
      ? wrap("Not everything was audited: of these the findings are those of an earlier audit.", columns)
      : []),
    ...wrap(verdict(paint, report), columns),
    ...wrap(news, columns),
    ...wrap(
      `Audit ${shortId(run.id)}: ${run.state}, ${shortTime(run.finishedAtUtc ?? generatedAtUtc)}, by ${inert(run.who)}.`,
      columns,
      "",
    ).map((line) => paint("quiet", line)),
  ];
}

/** As ESLint ends. */
function verdict(paint: PaintTone, { open, acknowledged, suspected }: AuditReport): string {
  const besides = `(${acknowledged} acknowledged, ${suspected} suspected)`;
  const worst = SEVERITIES.find((severity) => open[severity] > 0);
  if (!worst) return `${paint("good", "✔ Nothing is open")} ${besides}`;
  const counts = SEVERITIES.map((severity) =>
    paint(open[severity] > 0 ? severity : "quiet", countOf(severity, open[severity])),
  );
  return `${paint(worst, `✖ ${totalOf(open)} open:`)} ${counts.join(", ")} ${besides}`;
}
