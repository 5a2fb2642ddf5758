/** Long-running operations: what runs, on what, and how it ended. */
import { randomUUID } from "node:crypto";
import { ArmError } from "./armError.ts";
import { key } from "./ids.ts";

export interface Operation {
  id: string;
  subscription: string;
  location: string;
  status: "InProgress" | "Succeeded" | "Failed";
  error?: { code: string; message: string };
  /** Resources whose writes must wait: the target and its virtual networks. */
  holds: string[];
  done: Promise<void>;
}

export interface Start {
  subscription: string;
  location: string;
  holds: string[];
  milliseconds: number;
  /** What happens when it succeeds, or fails with `code`. */
  settle: (failure: { code: string; message: string } | undefined) => void;
  failWith?: { code: string; message: string };
  /** It does not end while this returns true. */
  hangs?: () => boolean;
}

const HANG_CHECK_MILLISECONDS = 50;

export class Operations {
  readonly #operations = new Map<string, Operation>();

  get(id: string): Operation | undefined {
    return this.#operations.get(key(id));
  }

  /** Refuses a write on what another operation holds. */
  checkFree(holds: readonly string[], linkTo: (operation: Operation) => string): void {
    const wanted = new Set(holds.map(key));
    const running = [...this.#operations.values()].find(
      ({ status, holds: held }) => status === "InProgress" && held.some((id) => wanted.has(key(id))),
    );
    if (!running) return;
    const message = `Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: ${linkTo(running)}.`;
    throw new ArmError(409, "AnotherOperationInProgress", message);
  }

  start({ subscription, location, holds, milliseconds, settle, failWith, hangs }: Start): Operation {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const operation: Operation = {
      id: randomUUID(),
      subscription,
      location,
      status: "InProgress",
      holds,
      done,
    };
    this.#operations.set(key(operation.id), operation);
    const end = () => {
      if (hangs?.()) return void setTimeout(end, HANG_CHECK_MILLISECONDS).unref();
      operation.status = failWith ? "Failed" : "Succeeded";
      if (failWith) operation.error = failWith;
      settle(failWith);
      resolve();
    };
    if (milliseconds <= 0) end();
    else setTimeout(end, milliseconds);
    return operation;
  }

  /** When everything that runs now, and what it started, has ended. */
  async idle(): Promise<void> {
    for (let running = this.#running(); running.length > 0; running = this.#running())
      await Promise.all(running.map(({ done }) => done));
  }

  #running(): Operation[] {
    return [...this.#operations.values()].filter(({ status }) => status === "InProgress");
  }
}
