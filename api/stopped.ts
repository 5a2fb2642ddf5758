import { readStop } from "../shared/changes/stop.ts";
import type { Run } from "../shared/ports/ports.ts";
import type { Me } from "./model.ts";

/** Why nothing is written, and who wants it so; `undefined` while writing is not stopped. */
export async function showStop(run: Run): Promise<Me["stopped"]> {
  const stop = await readStop(run);
  if (!stop) return undefined;
  const { why, who, sinceUtc } = stop;
  return { why: who === undefined ? why : `${why} (${who})`, sinceUtc };
}
