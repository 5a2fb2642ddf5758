/** Creates the report of a run: its findings at its end, compared with those of the previous run. */
import type { Run } from "../../ports/ports.ts";
import type { AuditProgress, AuditRun } from "../auditRun.ts";
import { listChecks } from "../checks.ts";
import { compareFindings } from "../compare.ts";
import { countBySeverity } from "../countBySeverity.ts";
import { stateOf, type Finding } from "../../findings/finding.ts";
import { findingsOf } from "../findingsState.ts";
import { listRuns, readProgress } from "../runs.ts";
import { listTrend } from "../trend.ts";
import { inOrder, type AuditReport, type ReportedFinding, type Since } from "./model.ts";
import { waitForAll } from "../../core/waitForAll.ts";

const TREND_DAYS = 30;
/** How many runs are searched for the previous one. */
const SEARCHED = 500;

/** Report of the scopes of this run; of a running run, its current state. */
export async function reportOf(run: Run, audit: AuditRun): Promise<AuditReport> {
  const generatedAtUtc = run.now().toISOString();
  const [all, progress, before, trend] = await waitForAll([
    findingsOf(run, audit),
    readProgress(run, audit.id),
    runBefore(run, audit),
    listTrend(run, TREND_DAYS),
  ]);
  const atUtc = audit.finishedAtUtc ?? generatedAtUtc;
  const scopes = scopesOf(progress);
  const findings = ofScopes(scopes, all);
  const compared = before && compareFindings(ofScopes(scopes, await findingsOf(run, before)), findings);
  const changes = new Map<string, "new" | "worse">([
    ...(compared?.appeared ?? []).map(({ id }) => [id, "new"] as const),
    ...(compared?.worse ?? []).map(({ id }) => [id, "worse"] as const),
  ]);
  const reported = inOrder(findings.flatMap((finding) => toReported(finding, { atUtc, changes, progress })));
  const since: Since | undefined = compared && {
    runId: before.id,
    appeared: compared.appeared.length,
    worse: compared.worse.length,
    resolved: inOrder(compared.resolved),
  };
  return {
    generatedAtUtc,
    run: audit,
    scopes,
    unfinished: unfinishedOf(audit, progress),
    findings: reported,
    ...countsOf(reported),
    ...(since && { since }),
    trend: trend.filter(({ date }) => date <= atUtc.slice(0, 10)),
    checks: listChecks().map(({ id, title, severity, docs }) => ({
      id,
      title,
      severity,
      ...(docs && { docs }),
    })),
  };
}

function countsOf(
  findings: readonly ReportedFinding[],
): Pick<AuditReport, "open" | "acknowledged" | "suspected"> {
  const of = (expected: ReportedFinding["state"]) => findings.filter(({ state }) => state === expected);
  return {
    open: countBySeverity(of("open")),
    acknowledged: of("acknowledged").length,
    suspected: of("suspected").length,
  };
}

function scopesOf(progress: AuditProgress | undefined): string[] {
  return (progress?.scopes ?? []).map(({ scope }) => scope);
}

/** Findings of the scopes of the run: it may cover only a part of the estate. */
function ofScopes(scopes: readonly string[], findings: readonly Finding[]): Finding[] {
  const looked = new Set(scopes);
  return findings.filter(({ scope }) => looked.has(scope));
}

interface Seen {
  readonly atUtc: string;
  readonly changes: ReadonlyMap<string, "new" | "worse">;
  readonly progress: AuditProgress | undefined;
}

function toReported(finding: Finding, { atUtc, changes, progress }: Seen): ReportedFinding[] {
  const state = stateOf(finding, atUtc);
  if (state === "resolved") return [];
  const change = changes.get(finding.id);
  // The stored time is that of the last change; this run has seen the finding since.
  const scope = progress?.scopes.find((one) => one.scope === finding.scope && one.state === "done");
  const lastSeenAtUtc = later(finding.lastSeenAtUtc, scope?.startedAtUtc);
  return [{ ...finding, lastSeenAtUtc, state, ...(change && { change }) }];
}

function later(atUtc: string, other: string | undefined): string {
  return other !== undefined && other > atUtc ? other : atUtc;
}

/** A completed run has no unfinished scopes. */
function unfinishedOf({ state }: AuditRun, progress: AuditProgress | undefined): AuditReport["unfinished"] {
  if (state === "done") return [];
  return (progress?.scopes ?? [])
    .filter((scope) => scope.state !== "done")
    .map(({ scope, state, why }) => ({ scope, state, ...(why !== undefined && { why }) }));
}

/** The newest earlier run with stored findings. */
async function runBefore(run: Run, audit: AuditRun): Promise<AuditRun | undefined> {
  const runs = await listRuns(run, SEARCHED);
  return runs.find(({ id, startedAtUtc, findingsState }) => {
    return id !== audit.id && startedAtUtc < audit.startedAtUtc && findingsState !== undefined;
  });
}
