/** What a message of the drift queue asks for: an audit of everything, or one scope of an audit (`id` is then `RUN SCOPE`). */
import { Incomplete, InvalidInput, NotYet, Obsolete, Refused } from "../errors.ts";
import { messageOf } from "../messageOf.ts";
import type { Run } from "../ports.ts";
import { isLastResend } from "../queues/retryRules.ts";
import type { WorkItem } from "../storage/queue.ts";
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
 * @throws whatever reading the scope throws, for the queue to try again. If another try would not help, or one delivery is left, the run
 * goes on without the scope, and Incomplete says why: the last delivery finds that nothing is left to do
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

/** Also true of what nothing is left to do of. */
function isTriedAgain(error: unknown, { item, deliveriesLeft }: Asked): boolean {
  if (error instanceof Obsolete) return true;
  if (error instanceof NotYet && !isLastResend(item)) return true;
  return deliveriesLeft > 1 && !(error instanceof Refused || error instanceof InvalidInput);
}
