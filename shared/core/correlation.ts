/**
 * Identifies work in the log, in requests to Azure and in the journal: the id of the event that caused it, and its subject.
 * Propagates through every awaited call, so that functions need not pass it on.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export interface Correlation {
  /** Id of the event, the review or the invocation that started the work. */
  readonly correlationId: string;
  /** Kind and id of the subject. */
  readonly what?: string;
  readonly id?: string;
}

const current = new AsyncLocalStorage<Correlation>();

/** Runs `action` with the correlation, whose fields override those of an outer one. */
export function withCorrelation<T>(correlation: Correlation, action: () => T): T {
  return current.run({ ...current.getStore(), ...correlation }, action);
}

/** The correlation of the current work; `undefined` outside of work. */
export function correlation(): Correlation | undefined {
  return current.getStore();
}
