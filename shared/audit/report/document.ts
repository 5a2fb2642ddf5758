/** The report for programs: schema of `json` and of each line of `jsonl`; `docs/reference/audit.schema.json` is generated from it. */
import * as z from "zod";
import { Counts, Severity } from "../../severity.ts";
import { Finding, FindingState } from "../../findings/finding.ts";
import type { AuditReport, ReportedFinding } from "./model.ts";

/** New fields keep the version; a changed meaning gets a new one. */
export const API_VERSION = "mooring.dev/audit/v1";

const Utc = z.string().describe("ISO 8601, UTC");

const ReportedJson = z.strictObject({
  ...Finding.omit({ reopenedAtUtc: true, changed: true }).shape,
  state: FindingState,
  change: z.enum(["new", "worse"]).optional().describe("Compared with the previous audit"),
});
type ReportedJson = z.infer<typeof ReportedJson>;

export const ReportLine = ReportedJson.extend({ apiVersion: z.literal(API_VERSION), run: z.string() });
export type ReportLine = z.infer<typeof ReportLine>;

export const ReportDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  generatedAtUtc: Utc,
  run: z.strictObject({
    id: z.string(),
    state: z.enum(["running", "done", "failed", "cancelled"]),
    startedAtUtc: Utc,
    finishedAtUtc: Utc.optional(),
    who: z.string(),
    why: z.string(),
    scopes: z.array(z.string()),
    unfinished: z
      .array(z.strictObject({ scope: z.string(), state: z.string(), why: z.string().optional() }))
      .describe("Scopes that were not audited: their findings are from an earlier audit"),
  }),
  summary: z.strictObject({ open: Counts, acknowledged: z.int(), suspected: z.int() }),
  since: z
    .strictObject({
      run: z.string(),
      appeared: z.int(),
      worse: z.int(),
      resolved: z.array(ReportedJson),
    })
    .optional()
    .describe("Comparison with the previous audit"),
  findings: z.array(ReportedJson).describe("Most severe first, then by check and subject"),
  checks: z.array(
    z.strictObject({ id: z.string(), title: z.string(), severity: Severity, docs: z.string().optional() }),
  ),
  trend: z.array(
    z.strictObject({ date: z.string(), counts: Counts, byCheck: z.record(z.string(), z.int()) }),
  ),
});
export type ReportDocument = z.infer<typeof ReportDocument>;

/** Lists the fields explicitly: other stored fields are not part of the report. */
export function toJsonFinding(finding: ReportedFinding | (Finding & { state: "resolved" })): ReportedJson {
  const { id, check, severity, state, scope, about, message, advice, firstSeenAtUtc, lastSeenAtUtc } =
    finding;
  const { cluster, declared, allowed, actual, planned, resolvedAtUtc, reopened } = finding;
  // Only suspected findings have this time in the report.
  const opensAtUtc = state === "suspected" ? finding.opensAtUtc : undefined;
  const { acknowledged } = finding;
  const change = "change" in finding ? finding.change : undefined;
  const facts = { id, check, severity, state, change, scope, about, cluster, message, advice };
  const sides = { declared, allowed, actual, planned: planned && [...planned] };
  const times = { firstSeenAtUtc, lastSeenAtUtc, opensAtUtc, resolvedAtUtc, reopened };
  const { who = "", reason = "", atUtc = "", untilUtc = "" } = acknowledged ?? {};
  return { ...facts, ...sides, ...times, acknowledged: acknowledged && { who, reason, atUtc, untilUtc } };
}

export function toDocument(report: AuditReport): ReportDocument {
  const { generatedAtUtc, run, scopes, unfinished, findings, open, acknowledged, suspected, since } = report;
  const { id, state, startedAtUtc, finishedAtUtc, who, why } = run;
  return {
    apiVersion: API_VERSION,
    generatedAtUtc,
    run: {
      id,
      state,
      startedAtUtc,
      finishedAtUtc,
      who,
      why,
      scopes: [...scopes],
      unfinished: unfinished.map(({ scope, state, why }) => ({ scope, state, why })),
    },
    summary: { open: countsOnly(open), acknowledged, suspected },
    since: since && {
      run: since.runId,
      appeared: since.appeared,
      worse: since.worse,
      resolved: since.resolved.map((finding) => toJsonFinding({ ...finding, state: "resolved" })),
    },
    findings: findings.map(toJsonFinding),
    checks: report.checks.map(({ id, title, severity, docs }) => ({ id, title, severity, docs })),
    trend: report.trend.map(({ date, counts, byCheck }) => ({
      date,
      counts: countsOnly(counts),
      byCheck: { ...byCheck },
    })),
  };
}

/** The report that a document contains; the run has only the fields of the document. Pure. */
export function fromDocument({ run, summary, since, findings, ...rest }: ReportDocument): AuditReport {
  const { scopes, unfinished, ...audit } = run;
  return {
    ...rest,
    ...summary,
    run: audit,
    scopes,
    unfinished: unfinished as AuditReport["unfinished"],
    findings: findings as readonly ReportedFinding[],
    ...(since && {
      since: { ...since, runId: since.run, resolved: since.resolved as readonly Finding[] },
    }),
  } as AuditReport;
}

function countsOnly({ error, warning, info }: AuditReport["open"]) {
  return { error, warning, info };
}
