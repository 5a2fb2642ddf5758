import { enqueueOnce } from "../events/coalesce.ts";
import { parseResourceId } from "../network/resourceId.ts";
import type { Policy } from "../policy.ts";
import type { Run } from "../ports.ts";
import type { CheckedDraft } from "./checks.ts";
import { isRepairable } from "./fix.ts";

/** Hands what the links' reconcile would mend to it, once a link: an event must have been missed. */
export async function askForRepair(run: Run, policy: Policy, found: readonly CheckedDraft[]): Promise<void> {
  for (const { id, about } of found.filter((draft) => isRepairable(draft.id, policy)))
    await enqueueOnce(
      run,
      { queue: "links", what: "link", id: parseResourceId(about)?.parentId ?? about },
      { why: `audit ${id}`, correlationId: run.newId() },
    );
}
