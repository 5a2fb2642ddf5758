import { readStop } from "../shared/changes/stop.ts";
import type { Run } from "../shared/ports/ports.ts";
import type { Me } from "./model.ts";

/** Why and by whom changes were stopped; `undefined` while they are not. */
export async function showStop(run: Run): Promise<Me["stopped"]> {
  const stop = await readStop(run);
  if (!stop) return undefined;
  const { why, who, sinceUtc } = stop;
  return { why: who === undefined ? why : `${why} (${who})`, sinceUtc };
}
