/**
 * Removes poison messages that a later run has superseded: a timer repeats work on everything, so the message of an earlier failed
 * run is obsolete. Otherwise an operator would have to handle each failed run of an outage after it ends.
 */
import type { Run } from "../../ports/ports.ts";
import type { QueueName, WorkItem } from "../../ports/queue.ts";
import { forgetFailure } from "./failures.ts";
import { toPoisoned } from "./poison.ts";

/** `id` of work on everything. */
const EVERYTHING = "all";

/** Removes the messages for the same work as `done`, if that is work on everything. Returns their number. */
export async function supersedePoison(
  run: Run,
  queue: QueueName,
  done: Pick<WorkItem, "what" | "id">,
): Promise<number> {
  if (done.id !== EVERYTHING || (await run.ports.queue.poisonState(queue)).length === 0) return 0;
  let removed = 0;
  await run.ports.queue.takePoison(queue, async (message) => {
    const { item } = await toPoisoned(run, queue, message);
    if (item?.what !== done.what || item.id !== EVERYTHING) return false;
    await forgetFailure(run, queue, item);
    removed += 1;
    return true;
  });
  if (removed > 0) run.log.info("failed messages superseded by a complete run", { queue, removed });
  return removed;
}
