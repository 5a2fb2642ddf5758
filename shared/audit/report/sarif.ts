/**
 * SARIF 2.1.0, for code scanning. A cloud resource has no file: the result has a logical location, and a path made from the resource id,
 * because GitHub requires one.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @see https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
import type { Severity } from "../../findings/finding.ts";
import { inert, inertJson, inertSarif } from "../../core/inert.ts";
import { describeScope, subjectOf, type AuditReport, type CheckText, type ReportedFinding } from "./model.ts";

const LEVELS = { error: "error", warning: "warning", info: "note" } as const satisfies Record<
  Severity,
  string
>;

export function renderSarif(report: AuditReport): string {
  const { run, checks, since, findings } = report;
  const ruleIndexes = new Map(checks.map(({ id }, index) => [id, index]));
  return `${inertJson(
    {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [
        {
          tool: { driver: { name: "mooring", rules: checks.map(toRule) } },
          automationDetails: { id: `mooring/audit/${run.id}` },
          invocations: [toInvocation(report)],
          results: findings.map((finding) => ({
            ...toResult(finding, ruleIndexes.get(finding.check)),
            ...(since && { baselineState: baselineOf(finding) }),
          })),
        },
      ],
    },
    2,
  )}\n`;
}

function toRule({ id, title, severity, docs }: CheckText) {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: docs ?? title },
    help: { text: docs ?? title },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ["drift"] },
  };
}

function toInvocation({ run, unfinished }: AuditReport) {
  const { state, startedAtUtc, finishedAtUtc } = run;
  return {
    executionSuccessful: state === "done" && unfinished.length === 0,
    startTimeUtc: startedAtUtc,
    ...(finishedAtUtc !== undefined && { endTimeUtc: finishedAtUtc }),
    toolExecutionNotifications: unfinished.map((scope) => ({
      level: "error",
      message: { text: inertSarif(`Not audited: ${describeScope(scope)}`) },
    })),
  };
}

function toResult(finding: ReportedFinding, ruleIndex: number | undefined) {
  const { id, check, severity, state, scope, about, cluster, message, advice } = finding;
  const { declared, allowed, actual, planned, firstSeenAtUtc, lastSeenAtUtc } = finding;
  return {
    ruleId: check,
    ...(ruleIndex !== undefined && { ruleIndex }),
    level: LEVELS[severity],
    // Braces and brackets are placeholders and links in a SARIF message.
    message: { text: inertSarif(`${subjectOf(about).name}: ${message}. ${advice}`) },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: pathOf(about) }, region: { startLine: 1 } },
        logicalLocations: [
          { name: inert(subjectOf(about).name), fullyQualifiedName: inert(about), kind: "resource" },
        ],
      },
    ],
    // GitHub matches alerts by the first one, other tools by the second.
    partialFingerprints: { primaryLocationLineHash: id, "mooringFinding/v1": id },
    ...suppressions(finding),
    properties: { state, scope, cluster, declared, allowed, actual, planned, firstSeenAtUtc, lastSeenAtUtc },
  };
}

function suppressions({ state, acknowledged, opensAtUtc = "" }: ReportedFinding) {
  if (state === "open") return {};
  if (state === "suspected")
    return {
      suppressions: [
        {
          kind: "external",
          status: "underReview",
          justification: `suspected until ${opensAtUtc}`,
        },
      ],
    };
  const { who = "", reason = "", untilUtc = "" } = acknowledged ?? {};
  const justification = inert(`${reason} (${who}, until ${untilUtc})`);
  return { suppressions: [{ kind: "external", status: "accepted", justification }] };
}

function baselineOf({ change }: ReportedFinding): string {
  if (change === undefined) return "unchanged";
  return change === "new" ? "new" : "updated";
}

/** Relative path without `..` segments. */
function pathOf(about: string): string {
  const segments = inert(about)
    .split("/")
    .filter((segment) => segment !== "" && segment !== "." && segment !== "..");
  return ["azure", ...segments.map(encodeURIComponent)].join("/");
}
