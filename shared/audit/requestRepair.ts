import { enqueueOnce } from "../events/coalesce.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import type { FindingChange } from "./auditRun.ts";
import { isRepairable } from "./fix.ts";

/**
 * Enqueues a reconcile of each PLS that has a new repairable finding: its event must have been missed. Only new findings: the poll
 * retries what the reconcile could not repair, because of observe mode or because Azure refused it.
 */
export async function requestRepair(
  run: Run,
  policy: Policy,
  appeared: readonly FindingChange[],
): Promise<void> {
  for (const { check, about } of appeared.filter((finding) => isRepairable(finding.check, policy)))
    await enqueueOnce(
      run,
      { queue: "pls", what: "pls", id: parseResourceId(about)?.parentId ?? about },
      { why: `audit ${check}`, correlationId: run.newId() },
    );
}
