/** Lists, finds and cancels audit runs, and reads their progress; for CLI and API. */
import { InvalidInput } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { AuditProgress, AuditRun } from "./auditRun.ts";
import { finishAudit } from "./finishAudit.ts";
import { changeEveryProgress, changeRun, findRunRow, isSettled, listProgress, RUNS } from "./runStore.ts";
import { waitForAll } from "../core/waitForAll.ts";

/** Newest first. */
export async function listRuns(run: Run, limit: number): Promise<AuditRun[]> {
  const runs: AuditRun[] = [];
  if (limit <= 0) return runs;
  for await (const { value } of run.ports.tables.runs.list(RUNS)) if (runs.push(value) >= limit) break;
  return runs;
}

/** How many of the newest runs are searched for an abbreviated id. */
const SEARCHED = 1000;

/** By id, by prefix of an id, or `latest` and `previous` (of the runs that have ended). @throws InvalidInput if none or several match */
export async function findRun(run: Run, name: string): Promise<AuditRun> {
  if (name === "latest") return ended(run, 0);
  if (name === "previous") return ended(run, 1);
  const exact = await findRunRow(run, name);
  if (exact) return exact.value;
  const like = (await listRuns(run, SEARCHED)).filter(({ id }) => name !== "" && id.startsWith(name));
  const [found] = like;
  if (found && like.length === 1) return found;
  if (!found) throw new InvalidInput(`audit ${name} does not exist; use an id, latest or previous`);
  throw new InvalidInput(`"${name}" is ambiguous; use one of: ${like.map(({ id }) => id).join(", ")}`);
}

async function ended(run: Run, back: number): Promise<AuditRun> {
  let left = back;
  for await (const { value } of run.ports.tables.runs.list(RUNS)) {
    if (value.state === "running") continue;
    if (left === 0) return value;
    left -= 1;
  }
  throw new InvalidInput(back === 0 ? "no audit has ended yet" : "there is no audit before the latest one");
}

/** Progress of a run; `undefined` if it does not exist. */
export async function readProgress(run: Run, id: string): Promise<AuditProgress | undefined> {
  const [row, scopes] = await waitForAll([findRunRow(run, id), listProgress(run, id)]);
  if (!row) return undefined;
  const audit = row.value;
  const { scopeCount: total = scopes.length } = audit;
  const finished = scopes.filter(isSettled).length;
  const remainingSeconds = remaining(audit, { total, finished }, run.now());
  return {
    run: audit,
    scopes,
    total,
    finished,
    ...(remainingSeconds !== undefined && { remainingSeconds }),
  };
}

function remaining(
  { startedAtUtc, state }: AuditRun,
  { total, finished }: Pick<AuditProgress, "total" | "finished">,
  now: Date,
): number | undefined {
  if (state !== "running" || finished === 0) return undefined;
  const seconds = (now.getTime() - Date.parse(startedAtUtc)) / 1000;
  return Math.round((seconds / finished) * (total - finished));
}

/** Skips scopes that have not started; running scopes complete, and their findings are kept. False if the run had already ended. */
export async function cancelAudit(run: Run, id: string, who: string): Promise<boolean> {
  const audit = await changeRun(run, id, (one) => ({ ...one, cancelledBy: one.cancelledBy ?? who }));
  if (audit?.state !== "running") return false;
  const finishedAtUtc = run.now().toISOString();
  await changeEveryProgress(run, audit, (row) =>
    row.state === "waiting" ? { ...row, state: "left", finishedAtUtc } : undefined,
  );
  await finishAudit(run, id);
  run.log.info("audit cancelled", { id });
  return true;
}
