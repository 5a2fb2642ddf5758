/**
 * How every trigger gets the app. What may stand in the way is no failure of the call: settings that are broken, data that are newer than
 * this code, data that another process is upgrading. It is logged here, once, and each trigger does with it what loses nothing.
 */
import type { App } from "./app.ts";
import { InvalidInput, NotYet, Refused } from "../core/errors.ts";
import type { Log } from "../ports/log.ts";
import { messageOf } from "../core/messageOf.ts";
import type { Run } from "../ports/ports.ts";

export interface Obstacle {
  /** For callers: no names, no values. */
  readonly says: string;
  readonly retryAfterSeconds: number;
}

export interface Opened {
  readonly ok: true;
  readonly app: App;
  readonly run: Run;
}

export type Opening = Opened | { readonly ok: false; readonly obstacle: Obstacle };

/** Until then somebody has mended it, or it is tried in vain once more. */
const MENDED_SECONDS = 30;

/** The app with data of the form that it knows. @throws whatever storage throws */
export async function openPrepared(open: () => Promise<App>, log: Log): Promise<Opening> {
  const opening = await openUnprepared(open, log);
  if (!opening.ok) return opening;
  const obstacle = await prepare(opening, log);
  return obstacle ? { ok: false, obstacle } : opening;
}

/** The app as its settings make it, for those who wait for no upgrade. */
export async function openUnprepared(open: () => Promise<App>, log: Log): Promise<Opening> {
  try {
    const app = await open();
    return { ok: true, app, run: app.run(log) };
  } catch (error) {
    log.error("the settings are broken", {
      problems: error instanceof InvalidInput ? error.problems : [messageOf(error)],
    });
    const says = "Mooring is not set up: GET /api/health says what is wrong";
    return { ok: false, obstacle: { says, retryAfterSeconds: MENDED_SECONDS } };
  }
}

/** Brings older data forward; what stands in the way of that, if anything does. @throws whatever storage throws */
export async function prepare(
  { app, run }: Pick<Opened, "app" | "run">,
  log: Log,
): Promise<Obstacle | undefined> {
  try {
    await app.prepare(run);
    return undefined;
  } catch (error) {
    if (error instanceof NotYet) {
      const { retryAfterSeconds } = error;
      return {
        says: `Mooring is upgrading its data: try again in ${retryAfterSeconds} seconds`,
        retryAfterSeconds,
      };
    }
    if (!(error instanceof Refused)) throw error;
    log.error("the stored data are newer than this version", { why: error.message });
    const says = "Mooring is older than its data: GET /api/health says what to do";
    return { says, retryAfterSeconds: MENDED_SECONDS };
  }
}
