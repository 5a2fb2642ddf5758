import { openQueue } from "../shared/adapters/app.ts";
import type { Log } from "../shared/ports/log.ts";
import type { Obstacle } from "../shared/adapters/opening.ts";
import type { QueueName, WorkItem } from "../shared/ports/queue.ts";

/**
 * Work that the app cannot begin goes back to its queue as it is, and uses up none of its tries: five of them would be gone in minutes,
 * and a setting may take longer to mend. The host reached storage by the same settings, or there would be no message.
 * @throws InvalidInput if the app cannot tell from them where storage is: then the host's tries are all there is
 */
export async function postpone(
  queue: QueueName,
  item: WorkItem,
  { obstacle: { says, retryAfterSeconds }, log }: { readonly obstacle: Obstacle; readonly log: Log },
): Promise<void> {
  await (await openQueue(process.env)).send(queue, item, retryAfterSeconds);
  log.warn("work waits", { queue, what: item.what, id: item.id, why: says, seconds: retryAfterSeconds });
}
