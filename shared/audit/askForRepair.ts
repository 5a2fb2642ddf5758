import { enqueueOnce } from "../events/coalesce.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import type { News } from "./auditRun.ts";
import { isRepairable } from "./fix.ts";

/**
 * Hands what the Private Link Services' reconcile would mend to it, once a PLS: an event must have been missed. Only what is new: what it did not mend
 * then, because policy only observes or Azure refuses, the poll asks for again and again.
 */
export async function askForRepair(run: Run, policy: Policy, appeared: readonly News[]): Promise<void> {
  for (const { check, about } of appeared.filter((news) => isRepairable(news.check, policy)))
    await enqueueOnce(
      run,
      { queue: "pls", what: "pls", id: parseResourceId(about)?.parentId ?? about },
      { why: `audit ${check}`, correlationId: run.newId() },
    );
}
