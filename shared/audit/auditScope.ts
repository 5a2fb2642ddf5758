/**
 * Audits one scope of a run: reads it completely, runs the checks, records what changed, and ends the run after the last scope. Called
 * by the drift queue and by `runAudit`. Idempotent: several workers may run it at the same time, and it may crash at any point.
 */
import { NotYet, Obsolete } from "../core/errors.ts";
import { recordOne } from "../storage/recordOutcome.ts";
import { readPolicy } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";
import { withLease } from "../storage/lease.ts";
import type { Row } from "../ports/table.ts";
import type { FindingChange, ScopeProgress } from "./auditRun.ts";
import { requestRepair } from "./requestRepair.ts";
import { checkScope } from "./checkScope.ts";
import { isWorse } from "../findings/finding.ts";
import { finishAudit } from "./finishAudit.ts";
import { record } from "./record.ts";
import { recordScope } from "../findings/scopeStore.ts";
import { changeProgress, findRunRow, isOver, type Which } from "./runStore.ts";
import { messageOf } from "../core/messageOf.ts";

/** A message may arrive before the row of its run is visible. */
const RETRY_SECONDS = 5;

/** Rows have a limited size: further findings are only counted. */
const LISTED_PER_SCOPE = 300;

interface Auditing {
  /** Record the outcome as that of the app; not for an audit by an operator, whose permissions may differ. */
  readonly isRecorded?: boolean;
}

/**
 * @throws Superseded if another worker audits the scope, Obsolete if the run went on without it, and whatever reading it throws: then no
 * finding has changed
 */
export async function auditScope(
  run: Run,
  runId: string,
  scope: string,
  { isRecorded = false }: Auditing = {},
): Promise<void> {
  await withLease(run, `audit ${scope}`, () => auditOnce(run, { id: runId, scope, isRecorded }));
  await finishAudit(run, runId);
}

/** After the last retry: the run ends without the scope. Does nothing if another worker is auditing the scope. */
export async function giveUpScope(run: Run, runId: string, scope: string, why: string): Promise<void> {
  const finishedAtUtc = run.now().toISOString();
  await changeProgress(run, { id: runId, scope }, (row) =>
    row.state === "waiting" ? { ...row, state: "failed", why, finishedAtUtc } : undefined,
  );
  await finishAudit(run, runId);
}

/** True if the run goes on without the scope. */
export async function isGivenUp(run: Run, runId: string, scope: string): Promise<boolean> {
  return (await run.ports.tables.progress.get(runId, scope))?.value.state === "failed";
}

async function auditOnce(run: Run, which: Which & Auditing): Promise<void> {
  const { id, scope, isRecorded } = which;
  const row = await begin(run, which);
  if (row?.value.state !== "running")
    return run.log.debug("scope not started", { id, scope, state: row?.value.state });
  const audit = () => checkAndRecord(run, { id, scope, known: row });
  try {
    await (isRecorded ? recordOne(run, { operation: "audit", subject: scope }, audit) : audit());
  } catch (error) {
    const why = messageOf(error);
    await changeProgress(run, which, ({ scope }) => ({ scope, state: "waiting", why }));
    throw error;
  }
}

/**
 * A row that is not `running` (or none) if there is nothing to do: the scope is done, not part of the run, or
 * the run was cancelled.
 * @throws Obsolete if the run has ended without the scope
 */
async function begin(run: Run, { id, scope }: Which): Promise<Row<ScopeProgress> | undefined> {
  const audit = (await findRunRow(run, id))?.value;
  if (!audit) throw new NotYet(`audit ${id} is not visible yet`, RETRY_SECONDS);
  if (audit.state !== "running") return demandAudited(run, id, scope);
  const atUtc = run.now().toISOString();
  return changeProgress(run, { id, scope }, (row) => {
    if (isOver(row)) return undefined;
    return audit.cancelledBy === undefined
      ? { scope, state: "running", startedAtUtc: atUtc }
      : { ...row, state: "left", finishedAtUtc: atUtc };
  });
}

async function demandAudited(run: Run, id: string, scope: string): Promise<undefined> {
  const { state, why } = (await run.ports.tables.progress.get(id, scope))?.value ?? {};
  if (state === "failed") throw new Obsolete(`audit ${id} has ended without ${scope}: ${why}`);
}

async function checkAndRecord(run: Run, which: Which): Promise<void> {
  const { id, scope } = which;
  const atUtc = run.now().toISOString();
  const { policy } = await readPolicy(run);
  const checked = await checkScope(run, policy, scope);
  const { looked } = checked;
  const { appeared, resolved } = await record(run, { runId: id, scope, atUtc }, checked);
  await requestRepair(run, policy, appeared);
  await recordScope(run, { scope, auditedAtUtc: atUtc, runId: id });
  const listed = appeared.toSorted(bySeverity).slice(0, LISTED_PER_SCOPE);
  const omitted = appeared.length - listed.length;
  const finishedAtUtc = run.now().toISOString();
  await changeProgress(run, which, ({ startedAtUtc = atUtc }) => ({
    scope,
    state: "done",
    startedAtUtc,
    finishedAtUtc,
    looked,
    appeared: listed,
    ...(omitted > 0 && { omitted }),
    resolved,
  }));
  if (appeared.length + resolved > 0)
    run.log.info("scope audited", { scope, looked, appeared: appeared.length, resolved });
}

function bySeverity(a: FindingChange, b: FindingChange): number {
  if (isWorse(a.severity, b.severity)) return -1;
  return isWorse(b.severity, a.severity) ? 1 : 0;
}
