/**
 * Audits one scope of a run: reads it whole, checks it, records what differs, and ends the run if it was the last. Called by the drift
 * queue and by `runAudit`; may be called any number of times, by several workers at once, and may die anywhere.
 */
import { NotYet, Obsolete } from "../errors.ts";
import { recordOne } from "../outcomes/record.ts";
import { readPolicy } from "../policyStore.ts";
import type { Run } from "../ports.ts";
import { withLease } from "../storage/lease.ts";
import type { Row } from "../storage/table.ts";
import type { News, ScopeProgress } from "./auditRun.ts";
import { askForRepair } from "./askForRepair.ts";
import { checkScope } from "./checkScope.ts";
import { isWorse } from "./finding.ts";
import { finishAudit } from "./finishAudit.ts";
import { record } from "./record.ts";
import { rememberScope } from "./scopeStore.ts";
import { changeProgress, findRunRow, isOver, type Which } from "./runStore.ts";
import { messageOf } from "../messageOf.ts";

/** A message may be faster than the run's row. */
const RETRY_SECONDS = 5;

/** Storage takes rows of limited size; what is beyond is counted. */
const TOLD_PER_SCOPE = 300;

interface Auditing {
  /** The outcome is that of the app. Whoever audits by hand may have other rights. */
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

/** Nobody will try again: the run ends without the scope. One that another worker is at stays his. */
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
  const known = await begin(run, which);
  if (known?.value.state !== "running")
    return run.log.debug("scope not begun", { id, scope, state: known?.value.state });
  const audit = () => look(run, { id, scope, known });
  try {
    await (isRecorded ? recordOne(run, { operation: "audit", subject: scope }, audit) : audit());
  } catch (error) {
    const why = messageOf(error);
    await changeProgress(run, which, ({ scope }) => ({ scope, state: "waiting", why }));
    throw error;
  }
}

/**
 * Not `running` if there is nothing to begin: it is done, no scope of the run, or somebody wants the run to stop.
 * @throws Obsolete if the run has ended without the scope
 */
async function begin(run: Run, { id, scope }: Which): Promise<Row<ScopeProgress> | undefined> {
  const audit = (await findRunRow(run, id))?.value;
  if (!audit) throw new NotYet(`audit ${id} is not known`, RETRY_SECONDS);
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

async function look(run: Run, which: Which): Promise<void> {
  const { id, scope } = which;
  const atUtc = run.now().toISOString();
  const { policy } = await readPolicy(run);
  const checked = await checkScope(run, policy, scope);
  const { looked } = checked;
  const { appeared, resolved } = await record(run, { runId: id, scope, atUtc }, checked);
  await askForRepair(run, policy, appeared);
  await rememberScope(run, { scope, auditedAtUtc: atUtc, runId: id });
  const told = appeared.toSorted(bySeverity).slice(0, TOLD_PER_SCOPE);
  const untold = appeared.length - told.length;
  const finishedAtUtc = run.now().toISOString();
  await changeProgress(run, which, ({ startedAtUtc = atUtc }) => ({
    scope,
    state: "done",
    startedAtUtc,
    finishedAtUtc,
    looked,
    appeared: told,
    ...(untold > 0 && { untold }),
    resolved,
  }));
  if (appeared.length + resolved > 0)
    run.log.info("scope audited", { scope, looked, appeared: appeared.length, resolved });
}

function bySeverity(a: News, b: News): number {
  if (isWorse(a.severity, b.severity)) return -1;
  return isWorse(b.severity, a.severity) ? 1 : 0;
}
