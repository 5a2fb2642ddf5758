import type { App } from "../shared/adapters/app.ts";
import type { Log } from "../shared/ports/log.ts";
import { openUnprepared, prepare, type Opened } from "../shared/openApp.ts";
import { ApiProblem } from "./problem.ts";

export interface Host {
  /** The app. @throws InvalidInput while its settings are invalid */
  readonly open: () => Promise<App>;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Invalid settings are not the fault of the caller: the reasons are in the log and in `/api/health`.
 * @throws ApiProblem 503
 */
export async function openApp({ open }: Host, log: Log): Promise<Opened> {
  const opening = await openUnprepared(open, log);
  if (opening.ok) return opening;
  throw new ApiProblem(503, opening.obstacle.message);
}

/** Checks that the stored data have a supported schema, before any data are read. @throws ApiProblem 503 */
export async function demandPrepared(opened: Opened, log: Log): Promise<void> {
  const obstacle = await prepare(opened, log);
  if (obstacle) throw new ApiProblem(503, obstacle.message);
}
