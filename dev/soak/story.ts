/**
 * Log of events, line by line, with the time of the soak: enough to reproduce a run. Counts actions by
 * outcome.
 */
import { createWriteStream, type WriteStream } from "node:fs";

export class Story {
  readonly #file: WriteStream;
  readonly #counts = new Map<string, number>();

  constructor(path: string) {
    this.#file = createWriteStream(path, { flags: "a" });
  }

  tell(what: string, came: unknown = ""): void {
    this.#file.write(
      `${new Date().toISOString()} ${what} ${typeof came === "string" ? came : JSON.stringify(came)}\n`,
    );
  }

  count(what: string, by = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + by);
  }

  /** Runs an action, logs its outcome, and counts it; a failure is an outcome too. */
  async run(what: string, act: () => Promise<string>): Promise<void> {
    const came = await act().catch(
      (error: unknown) => `failed: ${error instanceof Error ? error.message : String(error)}`,
    );
    this.count(what);
    this.tell(what, came);
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}
