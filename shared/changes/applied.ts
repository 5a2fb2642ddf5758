/** Result of each change of a plan. `Apply` is created once, in `app.ts`, by `createApply(writer)`. */
import { NotYet } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { Cause, Change, Plan } from "./plan.ts";
import type { Resource } from "../ports/resources.ts";

export interface Applied {
  readonly change: Change;
  /**
   * `observed`: not written because of the mode or scope. `left`: not tried, because an earlier change was
   * refused or failed.
   */
  readonly outcome: "applied" | "observed" | "refused" | "failed" | "left";
  readonly why?: string;
  /** Code of the guard that refused; absent if Azure refused. Callers decide by it, never by the text of `why`. */
  readonly guard?: string;
  readonly journalId?: string;
  /** Of a failure that passes (throttled, in use, changed meanwhile): when to retry. */
  readonly retryAfterSeconds?: number;
}

export interface ApplyOptions {
  /**
   * Number of load balancers, Private Link Services and connections that the plan is based on: 100 % for
   * limits in percent.
   */
  readonly inSight: number;
  /** Removals that the same run has applied in other plans: they count towards the budgets. */
  readonly removedBefore?: number;
  /**
   * Final verification, called with the resource as just read under its lease; returns the reason not to
   * write, if any. Required for deletes, because a plan does not show the current state; used for wider access
   * that a declaration requires as well.
   */
  readonly stillTrue?: (change: Change, actual: Resource) => Promise<string | undefined>;
}

export type Apply = (
  run: Run,
  plan: Plan,
  cause: Cause,
  options: ApplyOptions,
) => Promise<readonly Applied[]>;

/**
 * Throws if changes failed, so that the queue retries and finally moves the message to the poison queue.
 * @throws Error naming each · NotYet if all of them pass
 */
export function throwFailures(results: readonly Applied[]): readonly Applied[] {
  const failure = failureOf(results);
  if (failure) throw failure;
  return results;
}

/** What `throwFailures` throws. Pure. */
export function failureOf(results: readonly Applied[]): Error | undefined {
  const failed = results.filter(({ outcome }) => outcome === "failed");
  if (failed.length === 0) return undefined;
  const each = failed.map(({ change, why }) => `${change.resourceId}: ${why ?? "failed"}`).join("; ");
  const delays = failed.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? []);
  return delays.length === failed.length ? new NotYet(each, Math.max(...delays)) : new Error(each);
}
