/** A sweep whose wait for the next report is no failure: the queue runs it again. */
import type { Applied, Apply } from "../../shared/changes/applied.ts";
import { NotYet } from "../../shared/core/errors.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import type { Run } from "../../shared/ports/ports.ts";
import type { WorkItem } from "../../shared/ports/queue.ts";

/** What was done; empty if the sweep is postponed. */
export async function sweepOnce(run: Run, apply: Apply, item: WorkItem): Promise<readonly Applied[]> {
  try {
    return await sweepOrphans(run, apply, item);
  } catch (error) {
    if (error instanceof NotYet && error.message.startsWith("waiting for the next report of")) return [];
    throw error;
  }
}
