/** Begins an audit: its row, a row for each scope, then a message for each; workers do the rest. */
import pLimit from "p-limit";
import { SYSTEM } from "../changes/plan.ts";
import type { Run } from "../ports.ts";
import { withLease } from "../storage/lease.ts";
import type { WorkItem } from "../storage/queue.ts";
import { writeRows } from "../storage/writeRows.ts";
import type { AuditRun, ScopeProgress } from "./auditRun.ts";
import { finishAudit } from "./finishAudit.ts";
import { changeEveryProgress, isOver, listProgress, newRunId, RUNS, runKey } from "./runStore.ts";
import { listRuns } from "./runs.ts";
import { chooseScopes, listScopes } from "./scopes.ts";

export interface Asked {
  /** `system` or the person who asks. */
  readonly who: string;
  readonly why: string;
  /** Scopes, or clusters; absent means everything. */
  readonly only?: readonly string[];
}

const SENT_AT_ONCE = 16;
const LEASE_SECONDS = 120;

/** What has not ended by then never will: its messages are lost, or it fails again and again. */
const TOO_OLD_HOURS = 3;
const HOUR = 3_600_000;
const LOOKED_AT = 20;

/** A new audit, on its way to the workers. @throws InvalidInput if `only` names what is not there */
export async function startAudit(run: Run, asked: Asked): Promise<AuditRun> {
  const audit = await createAudit(run, asked);
  await resume(run, audit);
  return audit;
}

/** A new audit that nobody works on yet. @throws InvalidInput if `only` names what is not there */
export async function createAudit(run: Run, { who, why, only }: Asked): Promise<AuditRun> {
  const scopes = await chooseScopes(run, only);
  const startedAtUtc = run.now().toISOString();
  const audit: AuditRun = {
    id: newRunId(run, startedAtUtc),
    startedAtUtc,
    state: "running",
    who,
    why,
    scopes,
  };
  await run.ports.tables.runs.transact(RUNS, [{ do: "insert", key: runKey(audit), value: audit }]);
  await addProgress(run, audit);
  return audit;
}

/** The timer's audit: goes on with what has not ended, and begins a new one only if that does not cover everything. @throws NotYet if somebody else does the same */
export function startScheduled(run: Run, { why }: Pick<WorkItem, "why">): Promise<AuditRun> {
  return withLease(run, "audits", LEASE_SECONDS, async () => {
    const unfinished = (await listRuns(run, LOOKED_AT)).filter(({ state }) => state === "running");
    const old = new Date(run.now().getTime() - TOO_OLD_HOURS * HOUR).toISOString();
    for (const audit of unfinished) await (audit.startedAtUtc < old ? close(run, audit) : resume(run, audit));
    const scopes = await listScopes(run);
    const going = unfinished.find(
      (audit) => audit.startedAtUtc >= old && scopes.every((scope) => audit.scopes.includes(scope)),
    );
    return going ?? startAudit(run, { who: SYSTEM, why });
  });
}

/** Sends a message for each scope that has not ended; those that were lost, or never sent, do no harm twice. */
async function resume(run: Run, audit: AuditRun): Promise<void> {
  await addProgress(run, audit);
  const over = new Set((await listProgress(run, audit.id)).filter(isOver).map(({ scope }) => scope));
  const limit = pLimit(SENT_AT_ONCE);
  const unfinished = audit.scopes.filter((scope) => !over.has(scope));
  await Promise.all(unfinished.map((scope) => limit(() => send(run, audit, scope))));
  // A worker may have died between the last scope and the end.
  if (unfinished.length === 0) await finishAudit(run, audit.id);
}

async function send(run: Run, { id, why }: AuditRun, scope: string): Promise<void> {
  const seenAtUtc = run.now().toISOString();
  await run.ports.queue.send("drift", {
    what: "scope",
    id: `${id} ${scope}`,
    why,
    seenAtUtc,
    correlationId: id,
  });
}

async function addProgress(run: Run, { id, scopes }: AuditRun): Promise<void> {
  const known = new Set((await listProgress(run, id)).map(({ scope }) => scope));
  const missing = scopes.filter((scope) => !known.has(scope));
  await writeRows<ScopeProgress>(
    run.ports.tables.progress,
    id,
    missing.map((scope) => ({ do: "insert", key: scope, value: { scope, state: "waiting" } })),
  );
}

/** Ends a run that never would; what its scopes found stays. */
async function close(run: Run, audit: AuditRun): Promise<void> {
  await addProgress(run, audit);
  const why = `did not end within ${TOO_OLD_HOURS} hours`;
  await changeEveryProgress(run, audit, (row) =>
    isOver(row) ? undefined : { why, ...row, state: "failed" },
  );
  await finishAudit(run, audit.id);
}
