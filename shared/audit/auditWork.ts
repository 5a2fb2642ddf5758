/**
 * Handles a message of the drift queue: start a complete audit, or audit one scope of a run (`id` is then
 * `RUN SCOPE`).
 */
import { Incomplete, InvalidInput, NotYet, Obsolete, Refused } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import type { Run } from "../ports/ports.ts";
import { isLastResend } from "../storage/queues/retryRules.ts";
import type { WorkItem } from "../ports/queue.ts";
import { auditScope, giveUpScope, isGivenUp } from "./auditScope.ts";
import { startScheduled } from "./startAudit.ts";

interface Delivery {
  readonly deliveriesLeft: number;
}

/** @throws whatever auditing the scope throws */
export async function auditWork(run: Run, item: WorkItem, delivery: Delivery): Promise<void> {
  if (item.what !== "scope") {
    await startScheduled(run, item);
    return;
  }
  const [id = "", ...rest] = item.id.split(" ");
  await auditOrGiveUp(run, { id, scope: rest.join(" "), item, ...delivery });
}

interface Asked extends Delivery {
  readonly id: string;
  readonly scope: string;
  readonly item: WorkItem;
}

/**
 * @throws whatever reading the scope throws, for the queue to retry. If a retry would not help, or one delivery is left, the run continues
 * without the scope and Incomplete states the cause; the last delivery is then obsolete
 */
async function auditOrGiveUp(run: Run, asked: Asked): Promise<void> {
  const { id, scope, deliveriesLeft } = asked;
  if (deliveriesLeft === 0 && (await isGivenUp(run, id, scope)))
    throw new Obsolete(`audit ${id} goes on without ${scope}`);
  try {
    await auditScope(run, id, scope, { isRecorded: true });
  } catch (error) {
    if (isTriedAgain(error, asked)) throw error;
    const why = messageOf(error);
    run.log.error("scope could not be audited", { scope, why });
    await giveUpScope(run, id, scope, why);
    throw new Incomplete(`${scope} could not be audited: ${why}`, { cause: error });
  }
}

/** Also true of obsolete work, which the queue ends. */
function isTriedAgain(error: unknown, { item, deliveriesLeft }: Asked): boolean {
  if (error instanceof Obsolete) return true;
  if (error instanceof NotYet && !isLastResend(item)) return true;
  return deliveriesLeft > 1 && !(error instanceof Refused || error instanceof InvalidInput);
}
