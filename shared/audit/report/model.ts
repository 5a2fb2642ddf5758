/**
 * The report of an audit. `gather.ts` creates it, one file per format renders it, `formats.ts` lists the formats; CLI and API use only
 * these. Renderers are pure: the same report gives the same bytes.
 */
import { parseResourceId } from "../../azure/resourceId.ts";
import type { AuditRun, Counts, ScopeProgress, TrendRow } from "../auditRun.ts";
import { SEVERITIES, type Finding, type FindingState, type Severity } from "../../findings/finding.ts";

export interface AuditReport {
  readonly generatedAtUtc: string;
  readonly run: AuditRun;
  /** Scopes of the audit, in order. */
  readonly scopes: readonly string[];
  /** Scopes that were not audited completely: their findings are from an earlier audit. */
  readonly unfinished: readonly Pick<ScopeProgress, "scope" | "state" | "why">[];
  /** All unresolved findings, most severe first, then by check and subject. */
  readonly findings: readonly ReportedFinding[];
  /** Open findings by severity, without acknowledged and suspected ones. */
  readonly open: Counts;
  readonly acknowledged: number;
  readonly suspected: number;
  /** Comparison with the previous audit; absent if there was none. */
  readonly since?: Since;
  /** Oldest day first. */
  readonly trend: readonly TrendRow[];
  /** Texts of the checks. */
  readonly checks: readonly CheckText[];
}

export interface ReportedFinding extends Finding {
  readonly state: Exclude<FindingState, "resolved">;
  /** Compared with the previous audit. */
  readonly change?: "new" | "worse";
}

export interface Since {
  readonly runId: string;
  readonly appeared: number;
  readonly worse: number;
  readonly resolved: readonly Finding[];
}

export interface CheckText {
  readonly id: string;
  readonly title: string;
  /** Default; policy may override it. */
  readonly severity: Severity;
  readonly docs?: string;
}

/** Findings of one check and severity. */
export interface Group {
  readonly check: CheckText;
  readonly severity: Severity;
  readonly findings: readonly ReportedFinding[];
}

/** In the order of the report: most severe first, then by check. */
export function groupFindings(report: AuditReport, state: ReportedFinding["state"]): Group[] {
  const ofState = report.findings.filter((finding) => finding.state === state);
  const groups = Map.groupBy(ofState, ({ severity, check }) => `${severity} ${check}`);
  return [...groups.values()].flatMap((findings) => {
    const [first] = findings;
    return first ? [{ check: textOf(report, first.check), severity: first.severity, findings }] : [];
  });
}

/** Texts of a check; for one that no longer exists, its id. */
export function textOf({ checks }: Pick<AuditReport, "checks">, id: string): CheckText {
  return checks.find((check) => check.id === id) ?? { id, title: id, severity: "info" };
}

/** Most severe first, then by check, then by subject. */
export function inOrder<T extends Pick<Finding, "severity" | "check" | "about">>(
  findings: readonly T[],
): T[] {
  const rank = ({ severity }: T) => SEVERITIES.indexOf(severity);
  return findings.toSorted(
    (a, b) => rank(a) - rank(b) || compareTexts(a.check, b.check) || compareTexts(a.about, b.about),
  );
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export interface Subject {
  readonly name: string;
  /** Its parent resource, or its resource group. */
  readonly place?: string;
}

/** Short name of the subject of a finding. */
export function subjectOf(about: string): Subject {
  const id = parseResourceId(about);
  if (!id) return { name: about };
  const parent = id.parentId === undefined ? undefined : parseResourceId(id.parentId)?.name;
  const place = parent ?? id.resourceGroup;
  return { name: id.name, ...(place !== "" && { place }) };
}

/** `vnet vnet-shared in rg-network`; a scope that is no resource keeps its name. */
export function scopeName(scope: string): string {
  const [kind = "", about = ""] = scope.split(/:(.*)/s);
  const id = parseResourceId(about);
  return id ? `${kind} ${id.name} in ${id.resourceGroup}` : scope;
}

const STATE_TEXTS = {
  waiting: "was not started",
  running: "is being audited",
  failed: "failed",
  left: "was skipped",
  done: "is complete",
} as const satisfies Record<ScopeProgress["state"], string>;

/** `mooring failed: throttled`. */
export function describeScope({ scope, state, why }: AuditReport["unfinished"][number]): string {
  return `${scopeName(scope)} ${STATE_TEXTS[state]}${why === undefined ? "" : `: ${why}`}`;
}

/** `2026-11-25 17:40 UTC`. */
export function shortTime(utc: string): string {
  return `${utc.slice(0, 16).replace("T", " ")} UTC`;
}

const NOUNS = {
  error: ["error", "errors"],
  warning: ["warning", "warnings"],
  info: ["info", "info"],
} as const;

/** `2 errors`, `1 warning`. */
export function countOf(severity: Severity, count: number): string {
  return `${count} ${NOUNS[severity][count === 1 ? 0 : 1]}`;
}

export function totalOf(counts: Counts): number {
  return counts.error + counts.warning + counts.info;
}

/** `2 errors, 1 warning, 0 info`. */
export function countsOf(counts: Counts): string {
  return SEVERITIES.map((severity) => countOf(severity, counts[severity])).join(", ");
}

/** To the second; commands accept it in place of the complete id. */
const SHORT = 15;

/** Abbreviated id of a run. */
export function shortId(runId: string): string {
  return runId.slice(0, SHORT);
}
