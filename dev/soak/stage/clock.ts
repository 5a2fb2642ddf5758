/** The soak's time: the machine's, and what was jumped over. Hours pass in a minute; a process may be wrong about it. */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { MINUTE } from "../times.ts";
import { AHEAD, runAhead, type Ahead } from "./ahead.ts";

/** Arguments of Node for a process that lives by the soak's time. */
export const PRELOAD = ["--import", join(import.meta.dirname, "ahead.ts")];

export class Clock {
  #ahead = 0;
  /** Processes that live by it, each with what it is wrong by. */
  readonly #followers = new Map<ChildProcess, number>();

  /** Jumps ahead, here and in every process that follows. */
  advance(milliseconds: number): void {
    this.#ahead += milliseconds;
    runAhead(this.#ahead);
    for (const [child, skew] of this.#followers) this.#tell(child, skew);
  }

  /** Settings for a process about to start. */
  settings(skewMilliseconds = 0): Record<string, string> {
    return { [AHEAD]: String(this.#ahead + skewMilliseconds) };
  }

  /** From now on the process gets jumps of the clock, until it ends. */
  follow(child: ChildProcess, skewMilliseconds = 0): void {
    this.#followers.set(child, skewMilliseconds);
    child.once("exit", () => this.#followers.delete(child));
    this.#tell(child, skewMilliseconds);
  }

  /** What was jumped over so far, in minutes. */
  get jumpedMinutes(): number {
    return Math.round(this.#ahead / MINUTE);
  }

  #tell(child: ChildProcess, skew: number): void {
    const message: Ahead = { aheadMilliseconds: this.#ahead + skew };
    if (child.connected) child.send(message, () => undefined);
  }
}
