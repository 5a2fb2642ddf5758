/** A whole audit in this process, for the command line: as many scopes at once as it is told, stopped by the run's signal. */
import { setTimeout } from "node:timers/promises";
import pLimit from "p-limit";
import { NotYet } from "../core/errors.ts";
import { once } from "../core/once.ts";
import type { Run } from "../ports/ports.ts";
import type { AuditProgress, AuditRun } from "./auditRun.ts";
import { auditScope, giveUpScope } from "./auditScope.ts";
import { cancelAudit, readProgress } from "./runs.ts";
import { listProgress } from "./runStore.ts";
import { createAudit, type Asked } from "./startAudit.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { messageOf } from "../core/messageOf.ts";

export interface AuditOptions extends Asked {
  /** Scopes at once. */
  readonly atOnce?: number;
  /** Called when it begins and after each scope. */
  readonly onProgress?: (progress: AuditProgress) => void;
}

const AT_ONCE = 4;

/** A scope that another worker audits, or for which Azure wants us to wait, is tried again so often. */
const TRIES = 3;
const LONGEST_WAIT_SECONDS = 30;

/** How it ended: `run.state` says whether everything was read. What could be read is recorded even if the rest fails, or it is stopped. */
export async function runAudit(
  run: Run,
  { atOnce = AT_ONCE, onProgress, ...asked }: AuditOptions,
): Promise<AuditProgress> {
  const audit = await createAudit(run, asked);
  const limit = pLimit(atOnce);
  const tell = async () => onProgress?.(await progressOf(run, audit));
  const cancel = once(() => cancelAudit(run, audit.id, asked.who));
  const work = async (scope: string) => {
    await (run.signal.aborted ? cancel("audit") : tryScope(run, audit, scope));
    await tell();
  };
  await tell();
  const scopes = await listProgress(run, audit.id);
  await waitForAll(scopes.map(({ scope }) => limit(() => work(scope))));
  return progressOf(run, audit);
}

async function tryScope(run: Run, { id }: AuditRun, scope: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await auditScope(run, id, scope);
    } catch (error) {
      if (!(error instanceof NotYet) || tries >= TRIES || run.signal.aborted)
        return giveUpScope(run, id, scope, messageOf(error));
      await pause(run, Math.min(error.retryAfterSeconds, LONGEST_WAIT_SECONDS));
    }
  }
}

/** Ends early when the run is stopped. */
async function pause({ signal }: Run, seconds: number): Promise<void> {
  await setTimeout(seconds * 1000, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

async function progressOf(run: Run, { id }: AuditRun): Promise<AuditProgress> {
  const progress = await readProgress(run, id);
  if (progress) return progress;
  throw new Error(`audit ${id} is gone`);
}
