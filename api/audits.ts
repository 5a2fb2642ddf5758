import type { AuditRun } from "../shared/drift/auditRun.ts";
import type { Run } from "../shared/ports.ts";
import type { Audit } from "./model.ts";

/** Newest first. */
export async function latestAudits(run: Run, limit: number): Promise<Audit[]> {
  const audits: Audit[] = [];
  for await (const { value } of run.ports.tables.runs.list("all")) {
    if (audits.length === limit) break;
    audits.push(await showRun(run, value));
  }
  return audits;
}

async function showRun(run: Run, audit: AuditRun): Promise<Audit> {
  const scopes = (await Array.fromAsync(run.ports.tables.progress.list(audit.id))).map(({ value }) => value);
  const { id, state, startedAtUtc, who, why } = audit;
  const failed = scopes.filter((scope) => scope.state === "failed");
  return {
    id,
    state,
    startedAtUtc,
    ...(audit.finishedAtUtc !== undefined && { finishedAtUtc: audit.finishedAtUtc }),
    who,
    why,
    total: audit.scopes.length,
    finished: scopes.filter((scope) => scope.finishedAtUtc !== undefined).length,
    ...(audit.counts && { counts: audit.counts }),
    ...(audit.appeared !== undefined && { appeared: audit.appeared }),
    ...(audit.resolved !== undefined && { resolved: audit.resolved }),
    failures: failed.map(({ scope, why = "" }) => ({ scope, why })),
  };
}
