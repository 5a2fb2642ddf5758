import type { Queue, QueueName, WorkItem } from "../../shared/storage/queue.ts";
import { CallLog } from "./callLog.ts";

/** Keeps what was sent, in order. */
export class MemoryQueue implements Queue {
  readonly calls = new CallLog();
  readonly sent: { queue: QueueName; item: WorkItem; delaySeconds: number }[] = [];
  readonly poison: Partial<Record<QueueName, number>> = {};

  async poisoned(queue: QueueName): Promise<number> {
    await this.calls.record("poisoned", queue);
    return this.poison[queue] ?? 0;
  }

  async send(queue: QueueName, item: WorkItem, delaySeconds = 0): Promise<void> {
    await this.calls.record("send", queue, item, delaySeconds);
    this.sent.push({ queue, item, delaySeconds });
  }
}
