/**
 * An audit as it is reported. `gather.ts` makes it, one file per format renders it, `formats.ts` lists them; the command line and the
 * API use nothing else. Renderers are pure: same report, same bytes.
 */
import { parseResourceId } from "../../azure/resourceId.ts";
import type { AuditRun, Counts, ScopeProgress, TrendRow } from "../auditRun.ts";
import { SEVERITIES, type Finding, type FindingState, type Severity } from "../../findings/finding.ts";

export interface AuditReport {
  readonly generatedAtUtc: string;
  readonly run: AuditRun;
  /** Those that it was of, in order. */
  readonly scopes: readonly string[];
  /** Scopes that were not audited to their end: of them the findings are those of an earlier audit. */
  readonly unfinished: readonly Pick<ScopeProgress, "scope" | "state" | "why">[];
  /** Everything that is not resolved, worst first, then by check and subject. */
  readonly findings: readonly ReportedFinding[];
  /** Open findings by severity; acknowledged and suspected ones are counted apart. */
  readonly open: Counts;
  readonly acknowledged: number;
  readonly suspected: number;
  /** What the audit before did not have, or had and this has no more; absent if there was none. */
  readonly since?: Since;
  /** Oldest day first. */
  readonly trend: readonly TrendRow[];
  /** What each check means. */
  readonly checks: readonly CheckText[];
}

export interface ReportedFinding extends Finding {
  readonly state: Exclude<FindingState, "resolved">;
  /** Against the audit before. */
  readonly news?: "new" | "worse";
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
  /** Unless policy says otherwise. */
  readonly severity: Severity;
  readonly docs?: string;
}

/** Findings of one check and severity. */
export interface Group {
  readonly check: CheckText;
  readonly severity: Severity;
  readonly findings: readonly ReportedFinding[];
}

/** In the order of the report: worst first, then by check. */
export function groupFindings(report: AuditReport, state: ReportedFinding["state"]): Group[] {
  const ofState = report.findings.filter((finding) => finding.state === state);
  const groups = Map.groupBy(ofState, ({ severity, check }) => `${severity} ${check}`);
  return [...groups.values()].flatMap((findings) => {
    const [first] = findings;
    return first ? [{ check: textOf(report, first.check), severity: first.severity, findings }] : [];
  });
}

/** A check that is no longer in the table still names itself. */
export function textOf({ checks }: Pick<AuditReport, "checks">, id: string): CheckText {
  return checks.find((check) => check.id === id) ?? { id, title: id, severity: "info" };
}

/** Worst first, then by check, then by subject. */
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
  /** Where it is: its parent, or its resource group. */
  readonly place?: string;
}

/** How people call what a finding is about. */
export function subjectOf(about: string): Subject {
  const id = parseResourceId(about);
  if (!id) return { name: about };
  const parent = id.parentId === undefined ? undefined : parseResourceId(id.parentId)?.name;
  const place = parent ?? id.resourceGroup;
  return { name: id.name, ...(place !== "" && { place }) };
}

/** `vnet vnet-shared in rg-network`; what is not a resource keeps its name. */
export function scopeName(scope: string): string {
  const [kind = "", about = ""] = scope.split(/:(.*)/s);
  const id = parseResourceId(about);
  return id ? `${kind} ${id.name} in ${id.resourceGroup}` : scope;
}

const FATES = {
  waiting: "was not begun",
  running: "is being audited",
  failed: "failed",
  left: "was left",
  done: "is done",
} as const satisfies Record<ScopeProgress["state"], string>;

/** `mooring failed: throttled`. */
export function fateOf({ scope, state, why }: AuditReport["unfinished"][number]): string {
  return `${scopeName(scope)} ${FATES[state]}${why === undefined ? "" : `: ${why}`}`;
}

/** `2026-11-25 17:40 UTC`. */
export function shortTime(utc: string): string {
  return `${utc.slice(0, 16).replace("T", " ")} UTC`;
}

const NOUNS = {
  error: ["error", "errors"],
  warn: ["warning", "warnings"],
  info: ["note", "notes"],
} as const;

/** `2 errors`, `1 warning`. */
export function countOf(severity: Severity, count: number): string {
  return `${count} ${NOUNS[severity][count === 1 ? 0 : 1]}`;
}

export function totalOf(counts: Counts): number {
  return counts.error + counts.warn + counts.info;
}

/** `2 errors, 1 warning, 0 notes`. */
export function countsOf(counts: Counts): string {
  return SEVERITIES.map((severity) => countOf(severity, counts[severity])).join(", ");
}

/** To the second: enough for people, and commands take it as well as the whole. */
const SHORT = 15;

/** How a run is called where there is little room. */
export function shortId(runId: string): string {
  return runId.slice(0, SHORT);
}
