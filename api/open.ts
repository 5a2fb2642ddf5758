import type { App } from "../shared/app.ts";
import { InvalidInput } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import { ApiProblem } from "./problem.ts";

export interface Host {
  /** The app; throws InvalidInput while its settings are broken. */
  readonly open: () => Promise<App>;
  readonly env: NodeJS.ProcessEnv;
}

/** Its settings are its own trouble, not the caller's: the reasons are in the log and in `/api/health`. @throws ApiProblem 503 */
export async function openApp({ open }: Host, log: Log): Promise<App> {
  try {
    return await open();
  } catch (error) {
    const problems = error instanceof InvalidInput ? error.problems : [String(error)];
    log.error("the settings are broken", { problems });
    throw new ApiProblem(503, "Mooring is not set up: GET /api/health says what is wrong");
  }
}
