/** Tells one destination what a run found out. Called by the notices queue, which tries again until it is taken. */
import { NotYet, Obsolete } from "../errors.ts";
import type { Run } from "../ports.ts";
import { withLease } from "../storage/lease.ts";
import type { WorkItem } from "../storage/queue.ts";
import type { AuditProgress, News } from "./auditRun.ts";
import type { Notice } from "./notice.ts";
import type { Notices } from "./notices.ts";
import { readProgress } from "./runs.ts";
import { rememberTold } from "./runStore.ts";

/** The run ends right after it asks for this. */
const RETRY_SECONDS = 5;

const TYPES = {
  new: "Mooring.Finding.Opened",
  reopened: "Mooring.Finding.Reopened",
  worse: "Mooring.Finding.Worsened",
} as const;

/** A receiver that is away for hours is told all the same: first waits double, then it is asked once an hour. */
const FIRST_WAIT_SECONDS = 60;
const LONGEST_WAIT_SECONDS = 3600;

/** @throws NotYet if the run is about to end, or the receiver wants us to wait · Obsolete if there is no such run or destination · Refused if the destination refuses it */
export async function tellNews(run: Run, item: Pick<WorkItem, "what" | "id" | "attempt">): Promise<void> {
  const { what, id, attempt = 0 } = item;
  const destination = run.ports.notices.find(({ name }) => name === what);
  if (!destination) throw new Obsolete(`notice destination ${what} does not exist any more`);
  await withLease(run, `tell ${what} ${id}`, () => tellOnce(run, { destination, id, attempt }));
}

interface Telling {
  readonly destination: Notices;
  readonly id: string;
  readonly attempt: number;
}

/** Two workers that end a run each ask for it; a worker that dies between telling and remembering tells twice. */
async function tellOnce(run: Run, { destination, id, attempt }: Telling): Promise<void> {
  const progress = await readProgress(run, id);
  if (!progress) throw new Obsolete(`audit ${id} does not exist any more`);
  if (progress.run.state === "running") throw new NotYet(`audit ${id} has not ended`, RETRY_SECONDS);
  if (progress.run.told?.includes(destination.name)) return;
  const notices = toNotices(progress, destination.source);
  await destination.tell(notices).catch((error: unknown) => {
    throw error instanceof NotYet ? muchLater(error, attempt) : error;
  });
  await rememberTold(run, id, destination.name);
  run.log.info("audit told", { id, to: destination.name, notices: notices.length });
}

function muchLater({ message, retryAfterSeconds }: NotYet, attempt: number): NotYet {
  const wait = Math.min(FIRST_WAIT_SECONDS * 2 ** attempt, LONGEST_WAIT_SECONDS);
  return new NotYet(message, Math.max(wait, retryAfterSeconds));
}

/** Findings first, the audit last; the same from the same run, so that a receiver knows what it has had. Pure. */
export function toNotices(progress: AuditProgress, source: string): Notice[] {
  const { id, finishedAtUtc: time = progress.run.startedAtUtc } = progress.run;
  const envelope = { specversion: "1.0", source, time, datacontenttype: "application/json" } as const;
  const news = progress.scopes.flatMap(({ appeared = [] }) => appeared);
  return [
    ...news.map((one) => ({
      ...envelope,
      id: `${id}/${one.id}`,
      type: TYPES[one.what],
      subject: one.id,
      data: toData(id, one),
    })),
    { ...envelope, id, type: "Mooring.Audit.Finished", subject: id, data: toAudit(progress, time) },
  ];
}

function toData(auditId: string, news: News) {
  const { what: _, ...said } = news;
  return { auditId, ...said };
}

function toAudit({ run, scopes }: AuditProgress, finishedAtUtc: string) {
  const { id: auditId, state, startedAtUtc, counts, acknowledged = 0, appeared = 0, resolved = 0 } = run;
  return {
    auditId,
    state: state === "running" ? ("failed" as const) : state,
    startedAtUtc,
    finishedAtUtc,
    open: { ...(counts ?? { error: 0, warn: 0, info: 0 }) },
    acknowledged,
    appeared,
    resolved,
    untold: scopes.reduce((total, { untold = 0 }) => total + untold, 0),
    failures: scopes
      .filter((scope) => scope.state === "failed")
      .map(({ scope, why = "unknown" }) => ({ scope, why })),
  };
}
