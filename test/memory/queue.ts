import {
  MAX_SEEN,
  type Queue,
  type QueueMessage,
  type QueueName,
  type QueueState,
  type WorkItem,
} from "../../shared/ports/queue.ts";
import { CallLog } from "./callLog.ts";

/** Records sent messages in order, and holds the test's poison messages. */
export class MemoryQueue implements Queue {
  readonly calls = new CallLog();
  readonly sent: { queue: QueueName; item: WorkItem; delaySeconds: number }[] = [];
  readonly poison: Partial<Record<QueueName, QueueMessage[]>> = {};

  async send(queue: QueueName, item: WorkItem, delaySeconds = 0): Promise<void> {
    await this.calls.record("send", queue, item, delaySeconds);
    this.sent.push({ queue, item, delaySeconds });
  }

  async state(queue: QueueName): Promise<QueueState> {
    await this.calls.record("state", queue);
    const own = this.sent.filter((one) => one.queue === queue);
    const [oldest] = own.filter(({ delaySeconds }) => delaySeconds === 0);
    return { length: own.length, ...(oldest && { oldestAtUtc: oldest.item.seenAtUtc }) };
  }

  async poisonState(queue: QueueName): Promise<QueueState> {
    await this.calls.record("poisonState", queue);
    const [oldest] = this.#of(queue);
    return { length: this.#of(queue).length, ...(oldest && { oldestAtUtc: oldest.insertedAtUtc }) };
  }

  async peekPoison(queue: QueueName): Promise<readonly QueueMessage[]> {
    await this.calls.record("peekPoison", queue);
    return this.#of(queue).slice(0, MAX_SEEN);
  }

  async takePoison(queue: QueueName, take: (message: QueueMessage) => Promise<boolean>): Promise<void> {
    await this.calls.record("takePoison", queue);
    for (const message of this.#of(queue).slice())
      if (await take(message)) this.#of(queue).splice(this.#of(queue).indexOf(message), 1);
  }

  /** Moves this work to the poison queue, as the host does. */
  fail(queue: QueueName, text: string, messageId = `message-${this.#of(queue).length + 1}`): void {
    this.#of(queue).push({
      messageId,
      text,
      insertedAtUtc: "2026-11-23T12:00:00.000Z",
      expiresAtUtc: "2026-11-30T12:00:00.000Z",
      dequeueCount: 0,
    });
  }

  #of(queue: QueueName): QueueMessage[] {
    return (this.poison[queue] ??= []);
  }
}
