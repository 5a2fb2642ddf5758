import { openQueue } from "../shared/adapters/app.ts";
import type { Log } from "../shared/ports/log.ts";
import type { Obstacle } from "../shared/openApp.ts";
import type { QueueName, WorkItem } from "../shared/ports/queue.ts";

/**
 * Sends work that the app cannot start back to its queue, unchanged and without using a delivery: five deliveries would fail
 * within minutes, and it may take longer to fix a setting. The host reads this message with the same storage settings.
 * @throws InvalidInput if the settings do not determine the storage account: then only the host's deliveries remain
 */
export async function postpone(
  queue: QueueName,
  item: WorkItem,
  { obstacle: { message, retryAfterSeconds }, log }: { readonly obstacle: Obstacle; readonly log: Log },
): Promise<void> {
  await (await openQueue(process.env)).send(queue, item, retryAfterSeconds);
  log.warn("work postponed", {
    queue,
    what: item.what,
    id: item.id,
    why: message,
    seconds: retryAfterSeconds,
  });
}
