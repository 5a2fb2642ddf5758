/**
 * Opens the app for every trigger. Invalid settings and stored data of another schema version are no failures of the call: they are
 * logged here once, and each trigger handles them so that no work is lost.
 */
import type { App } from "./adapters/app.ts";
import { InvalidInput, Refused } from "./core/errors.ts";
import type { Log } from "./ports/log.ts";
import { messageOf } from "./core/messageOf.ts";
import type { Run } from "./ports/ports.ts";

export interface Obstacle {
  /** For callers: contains no names or values. */
  readonly message: string;
  readonly retryAfterSeconds: number;
}

export interface Opened {
  readonly ok: true;
  readonly app: App;
  readonly run: Run;
}

export type Opening = Opened | { readonly ok: false; readonly obstacle: Obstacle };

/** How soon to retry after a problem that an operator has to fix. */
const RETRY_SECONDS = 30;

/** The app with stored data of its schema version. @throws whatever storage throws */
export async function openPrepared(open: () => Promise<App>, log: Log): Promise<Opening> {
  const opening = await openUnprepared(open, log);
  if (!opening.ok) return opening;
  const obstacle = await prepare(opening, log);
  return obstacle ? { ok: false, obstacle } : opening;
}

/** The app, whatever schema version the stored data have. */
export async function openUnprepared(open: () => Promise<App>, log: Log): Promise<Opening> {
  try {
    const app = await open();
    return { ok: true, app, run: app.run(log) };
  } catch (error) {
    log.error("the settings are invalid", {
      problems: error instanceof InvalidInput ? error.problems : [messageOf(error)],
    });
    const message = "Mooring's settings are invalid: see GET /api/health";
    return { ok: false, obstacle: { message, retryAfterSeconds: RETRY_SECONDS } };
  }
}

/** Returns the obstacle if the stored data have another schema version. @throws whatever storage throws */
export async function prepare(
  { app, run }: Pick<Opened, "app" | "run">,
  log: Log,
): Promise<Obstacle | undefined> {
  try {
    await app.prepare(run);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    log.error("the stored data have an unsupported schema version", { why: error.message });
    const message = "Mooring does not support the schema version of its stored data: see GET /api/health";
    return { message, retryAfterSeconds: RETRY_SECONDS };
  }
}
