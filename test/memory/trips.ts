/** Counts trips to storage that depend on each other: calls that are made at the same time travel together. */
import type { CallLog } from "./callLog.ts";
import type { MemoryRun } from "./run.ts";

export class Trips {
  count = 0;
  #waiting: (() => void)[] = [];

  /** From now on, calls of tables and queues take a trip each. */
  constructor({ tables, queue }: MemoryRun) {
    const logs: CallLog[] = [...Object.values(tables), queue].map(({ calls }) => calls);
    for (const log of logs) log.travel = () => this.#travel();
  }

  #travel(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    // All that can be called without an answer has been called when the microtasks are done.
    if (this.#waiting.length === 1) setImmediate(() => this.#arrive());
    return promise;
  }

  #arrive(): void {
    this.count += 1;
    for (const arrived of this.#waiting.splice(0)) arrived();
  }
}
