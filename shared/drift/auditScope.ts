/**
 * Audits one scope of a run: reads it whole, checks it, records what differs, and ends the run if it was the last. Called by the drift
 * queue and by `runAudit`; may be called any number of times, by several workers at once, and may die anywhere.
 */
import { NotYet } from "../errors.ts";
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

/** @throws NotYet if somebody else audits the scope, and whatever reading it throws: then no finding has changed */
export async function auditScope(run: Run, runId: string, scope: string): Promise<void> {
  await withLease(run, `audit ${scope}`, () => auditOnce(run, { id: runId, scope }));
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

async function auditOnce(run: Run, which: Which): Promise<void> {
  const known = await begin(run, which);
  if (known?.value.state !== "running")
    return run.log.debug("scope not begun", { id: which.id, scope: which.scope, state: known?.value.state });
  try {
    await look(run, { ...which, known });
  } catch (error) {
    const why = messageOf(error);
    await changeProgress(run, which, ({ scope }) => ({ scope, state: "waiting", why }));
    throw error;
  }
}

/** Not `running` if there is nothing to begin: it is done, no scope of the run, or somebody wants the run to stop. */
async function begin(run: Run, { id, scope }: Which): Promise<Row<ScopeProgress> | undefined> {
  const audit = (await findRunRow(run, id))?.value;
  if (!audit) throw new NotYet(`audit ${id} is not known`, RETRY_SECONDS);
  if (audit.state !== "running") return undefined;
  const atUtc = run.now().toISOString();
  return changeProgress(run, { id, scope }, (row) => {
    if (isOver(row)) return undefined;
    return audit.cancelledBy === undefined
      ? { scope, state: "running", startedAtUtc: atUtc }
      : { ...row, state: "left", finishedAtUtc: atUtc };
  });
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
