/** What a message of the drift queue asks for: an audit of everything, or one scope of an audit (`id` is then `RUN SCOPE`). */
import { Incomplete, InvalidInput, Refused } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { WorkItem } from "../ports/queue.ts";
import { auditScope, giveUpScope } from "./auditScope.ts";
import { startScheduled } from "./startAudit.ts";
import { messageOf } from "../core/messageOf.ts";

/**
 * @throws whatever reading the scope throws, for the queue to try again. If another try would not help, the run goes on without the scope,
 * and Incomplete says why; on the last try Refused does: another message in the poison queue would help nobody, since the run has ended
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

/** Trying again would not help. */
function isFinal(error: unknown): boolean {
  return error instanceof Refused || error instanceof InvalidInput;
}
