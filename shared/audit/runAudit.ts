/** A complete audit in this process, for the CLI. Audits `atOnce` scopes in parallel; the signal of the run cancels it. */
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
  /** Scopes in parallel. */
  readonly atOnce?: number;
  /** Called at the start and after each scope. */
  readonly onProgress?: (progress: AuditProgress) => void;
}

const AT_ONCE = 4;

/** Attempts for a scope that another worker audits or that Azure throttles. */
const TRIES = 3;
const LONGEST_WAIT_SECONDS = 30;

/** Final progress; `run.state` states whether everything was read. Completed scopes are recorded even if others fail or it is cancelled. */
export async function runAudit(
  run: Run,
  { atOnce = AT_ONCE, onProgress, ...asked }: AuditOptions,
): Promise<AuditProgress> {
  const audit = await createAudit(run, asked);
  const limit = pLimit(atOnce);
  const report = async () => onProgress?.(await progressOf(run, audit));
  const cancel = once(() => cancelAudit(run, audit.id, asked.who));
  const work = async (scope: string) => {
    await (run.signal.aborted ? cancel("audit") : tryScope(run, audit, scope));
    await report();
  };
  await report();
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

/** Returns early when the run is cancelled. */
async function pause({ signal }: Run, seconds: number): Promise<void> {
  await setTimeout(seconds * 1000, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

async function progressOf(run: Run, { id }: AuditRun): Promise<AuditProgress> {
  const progress = await readProgress(run, id);
  if (progress) return progress;
  throw new Error(`audit ${id} does not exist`);
}
