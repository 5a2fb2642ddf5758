/** Sends the new findings of an audit to one destination. Called by the notices queue, which retries until the destination accepts them. */
import { NotYet, Obsolete } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import { withLease } from "../storage/lease.ts";
import type { WorkItem } from "../ports/queue.ts";
import type { AuditProgress, FindingChange } from "./auditRun.ts";
import type { Notice } from "./notice.ts";
import type { Notices } from "./notices.ts";
import { readProgress } from "./runs.ts";
import { recordNotified } from "./runStore.ts";

/** The run ends right after it enqueues the notices. */
const RETRY_SECONDS = 5;

const TYPES = {
  new: "Mooring.Finding.Opened",
  reopened: "Mooring.Finding.Reopened",
  worse: "Mooring.Finding.Worsened",
} as const;

/** Backoff while a receiver is unavailable: doubles up to one attempt per hour. */
const FIRST_WAIT_SECONDS = 60;
const LONGEST_WAIT_SECONDS = 3600;

/**
 * @throws NotYet if the run is about to end, or the receiver requests a delay · Obsolete if there is no such run or destination ·
 * Refused if the destination refuses them
 */
export async function sendNotices(run: Run, item: Pick<WorkItem, "what" | "id" | "attempt">): Promise<void> {
  const { what, id, attempt = 0 } = item;
  const destination = run.ports.notices.find(({ name }) => name === what);
  if (!destination) throw new Obsolete(`notice destination ${what} does not exist any more`);
  await withLease(run, `notify ${what} ${id}`, () => sendOnce(run, { destination, id, attempt }));
}

interface Sending {
  readonly destination: Notices;
  readonly id: string;
  readonly attempt: number;
}

/** Two workers that end a run both enqueue this. A worker that crashes between sending and recording sends twice. */
async function sendOnce(run: Run, { destination, id, attempt }: Sending): Promise<void> {
  const progress = await readProgress(run, id);
  if (!progress) throw new Obsolete(`audit ${id} does not exist any more`);
  if (progress.run.state === "running") throw new NotYet(`audit ${id} has not ended`, RETRY_SECONDS);
  if (progress.run.notified?.includes(destination.name)) return;
  const notices = toNotices(progress, destination.source);
  await destination.send(notices).catch((error: unknown) => {
    throw error instanceof NotYet ? withBackoff(error, attempt) : error;
  });
  await recordNotified(run, id, destination.name);
  run.log.info("notices sent", { id, to: destination.name, notices: notices.length });
}

function withBackoff({ message, retryAfterSeconds }: NotYet, attempt: number): NotYet {
  const wait = Math.min(FIRST_WAIT_SECONDS * 2 ** attempt, LONGEST_WAIT_SECONDS);
  return new NotYet(message, Math.max(wait, retryAfterSeconds));
}

/** Findings first, the audit last. The same run gives the same notices, so that receivers can deduplicate them. Pure. */
export function toNotices(progress: AuditProgress, source: string): Notice[] {
  const { id, finishedAtUtc: time = progress.run.startedAtUtc } = progress.run;
  const envelope = { specversion: "1.0", source, time, datacontenttype: "application/json" } as const;
  const changes = progress.scopes.flatMap(({ appeared = [] }) => appeared);
  return [
    ...changes.map((one) => ({
      ...envelope,
      id: `${id}/${one.id}`,
      type: TYPES[one.what],
      subject: one.id,
      data: toData(id, one),
    })),
    { ...envelope, id, type: "Mooring.Audit.Finished", subject: id, data: toAudit(progress, time) },
  ];
}

function toData(auditId: string, change: FindingChange) {
  const { what: _, ...data } = change;
  return { auditId, ...data };
}

function toAudit({ run, scopes }: AuditProgress, finishedAtUtc: string) {
  const { id: auditId, state, startedAtUtc, counts, acknowledged = 0, appeared = 0, resolved = 0 } = run;
  return {
    auditId,
    state: state === "running" ? ("failed" as const) : state,
    startedAtUtc,
    finishedAtUtc,
    open: { ...(counts ?? { error: 0, warning: 0, info: 0 }) },
    acknowledged,
    appeared,
    resolved,
    omitted: scopes.reduce((total, { omitted = 0 }) => total + omitted, 0),
    failures: scopes
      .filter((scope) => scope.state === "failed")
      .map(({ scope, why = "unknown" }) => ({ scope, why })),
  };
}
