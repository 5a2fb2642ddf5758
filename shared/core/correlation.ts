/**
 * What one piece of work is called in the log, in requests to Azure and in the journal: the id of the event that caused it, and what it
 * is about. Follows the work through every call that it awaits, so that no function has to hand it on.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export interface Correlation {
  /** Of the event, the review, or the invocation that began it. */
  readonly correlationId: string;
  /** What kind of thing the work is about, and which. */
  readonly what?: string;
  readonly id?: string;
}

const current = new AsyncLocalStorage<Correlation>();

/** Runs `action` as that work; what it says adds to, and goes before, what is said around it. */
export function withCorrelation<T>(correlation: Correlation, action: () => T): T {
  return current.run({ ...current.getStore(), ...correlation }, action);
}

/** The work that runs; `undefined` outside of any. */
export function correlation(): Correlation | undefined {
  return current.getStore();
}
