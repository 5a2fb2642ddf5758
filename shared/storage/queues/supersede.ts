/**
 * Removes from a poison queue what a later run has done: work on everything is repeated by a timer, so the failed message of an earlier run
 * has nothing left to do. Without this, each failed run of a long outage would wait for an operator after it is over.
 */
import type { Run } from "../../ports/ports.ts";
import type { QueueName, WorkItem } from "../../ports/queue.ts";
import { forgetFailure } from "./failures.ts";
import { toPoisoned } from "./poison.ts";

/** `id` of work on everything. */
const EVERYTHING = "all";

/** How many messages were removed: those that name the same work as `done`, if that is work on everything. */
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
