/** The report as programs get it: the schema of `json` and of each line of `jsonl`, from which `docs/audit.schema.json` is made. */
import * as z from "zod";
import type { Finding } from "../../findings/finding.ts";
import type { AuditReport, ReportedFinding } from "./model.ts";

/** Grows by new fields only; what changes meaning gets a new version. */
export const API_VERSION = "mooring.dev/audit/v1";

const Severity = z.enum(["error", "warn", "info"]);
const Utc = z.string().describe("ISO 8601, UTC");
const Counts = z.strictObject({ error: z.int(), warn: z.int(), info: z.int() });

const ReportedJson = z.strictObject({
  id: z.string().describe("The same finding has the same id in every audit"),
  check: z.string(),
  severity: Severity,
  state: z.enum(["suspected", "open", "acknowledged", "resolved"]),
  news: z.enum(["new", "worse"]).optional().describe("Against the audit before"),
  scope: z.string().describe("`subscription:ID`, `vnet:ID` or `mooring`"),
  about: z.string().describe("Resource id, or `cluster/namespace/name` of a Service"),
  cluster: z.string().optional(),
  message: z.string(),
  advice: z.string(),
  declared: z.string().optional(),
  allowed: z.string().optional().describe("What policy leaves of what is declared"),
  actual: z.string().optional(),
  planned: z.array(z.string()).optional().describe("What Mooring would change"),
  firstSeenAtUtc: Utc,
  lastSeenAtUtc: Utc,
  opensAtUtc: Utc.optional().describe("Until then it may settle by itself"),
  resolvedAtUtc: Utc.optional(),
  reopened: z.int().optional(),
  acknowledged: z.strictObject({ who: z.string(), reason: z.string(), atUtc: Utc, untilUtc: Utc }).optional(),
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
      .describe("Scopes whose findings are those of an earlier audit"),
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
    .describe("Against the audit before"),
  findings: z.array(ReportedJson).describe("Worst first, then by check and subject"),
  checks: z.array(
    z.strictObject({ id: z.string(), title: z.string(), severity: Severity, docs: z.string().optional() }),
  ),
  trend: z.array(
    z.strictObject({ date: z.string(), counts: Counts, byCheck: z.record(z.string(), z.int()) }),
  ),
});
export type ReportDocument = z.infer<typeof ReportDocument>;

/** Fields are named one by one: what storage adds to a row is not the report's business. */
export function toJsonFinding(finding: ReportedFinding | (Finding & { state: "resolved" })): ReportedJson {
  const { id, check, severity, state, scope, about, message, advice, firstSeenAtUtc, lastSeenAtUtc } =
    finding;
  const { cluster, declared, allowed, actual, planned, resolvedAtUtc, reopened } = finding;
  // One that is open already does not settle by itself.
  const opensAtUtc = state === "suspected" ? finding.opensAtUtc : undefined;
  const { acknowledged } = finding;
  const news = "news" in finding ? finding.news : undefined;
  const facts = { id, check, severity, state, news, scope, about, cluster, message, advice };
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

function countsOnly({ error, warn, info }: AuditReport["open"]) {
  return { error, warn, info };
}
