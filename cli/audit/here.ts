/** An audit in this process, with the caller's own rights. */
import { reportOf } from "../../shared/audit/report/gather.ts";
import type { AuditReport } from "../../shared/audit/report/model.ts";
import { runAudit } from "../../shared/audit/runAudit.ts";
import { readProgress } from "../../shared/audit/runs.ts";
import { operator } from "../changes.ts";
import { open } from "../open.ts";
import { showProgress } from "./progress.ts";
import type { Auditing } from "./run.ts";

export async function auditHere({ output, scope, signal }: Auditing): Promise<AuditReport> {
  const run = await open(signal);
  const request = { who: operator(), why: "mooring audit", ...(scope && { only: scope }) };
  const { run: audit } = await showProgress(output, {
    audit: (onProgress) => runAudit(run, { ...request, onProgress }),
    look: (id) => readProgress(run, id),
    signal,
  });
  return reportOf(run, audit);
}
