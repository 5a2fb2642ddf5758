/** Handles a message of the drift queue: start a complete audit, or audit one scope of a run (`id` is then `RUN SCOPE`). */
import { Incomplete, InvalidInput, Refused } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { WorkItem } from "../ports/queue.ts";
import { auditScope, giveUpScope } from "./auditScope.ts";
import { startScheduled } from "./startAudit.ts";
import { messageOf } from "../core/messageOf.ts";

/**
 * @throws whatever reading the scope throws, so that the queue retries. If a retry cannot help, the run continues without the scope and
 * Incomplete states the cause. The last attempt throws Refused instead: a poison message would be useless, since the run has ended
 */
export async function auditWork(
  run: Run,
  item: WorkItem,
  { isLastTry }: { readonly isLastTry: boolean },
): Promise<void> {
  if (item.what !== "scope") {
    await startScheduled(run, item);
    return;
  }
  const [id = "", ...rest] = item.id.split(" ");
  const scope = rest.join(" ");
  try {
    await auditScope(run, id, scope, { isRecorded: true });
  } catch (error) {
    if (!isLastTry && !isFinal(error)) throw error;
    const why = messageOf(error);
    run.log.error("scope could not be audited", { scope, why });
    await giveUpScope(run, id, scope, why);
    const message = `${scope} could not be audited: ${why}`;
    throw isLastTry ? new Refused(message) : new Incomplete(message, { cause: error });
  }
}

/** True if a retry cannot help. */
function isFinal(error: unknown): boolean {
  return error instanceof Refused || error instanceof InvalidInput;
}
