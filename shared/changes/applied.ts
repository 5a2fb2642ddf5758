/** What became of a plan, change by change. `Apply` is made once, in `app.ts`, by `createApply(writer)`. */
import type { Run } from "../ports/ports.ts";
import type { Cause, Change, Plan } from "./plan.ts";
import type { Resource } from "../ports/resources.ts";

export interface Applied {
  readonly change: Change;
  /** `observed`: mode or scope says only to look. `left`: not tried, because an earlier change was refused or failed. */
  readonly outcome: "applied" | "observed" | "refused" | "failed" | "left";
  readonly why?: string;
  /** Code of the guard that refused; absent if Azure refused. Callers decide by it, never by the text of `why`. */
  readonly guard?: string;
  readonly journalId?: string;
}

export interface ApplyOptions {
  /** Load balancers, Private Link Services and connections that the plan was made from: the whole that percentages are taken of. */
  readonly inSight: number;
  /** Removals that the same run has made already, in other plans: budgets count them. */
  readonly removedBefore?: number;
  /**
   * Last proof, called with the resource as just read under its lease; gives the reason not to write, if any.
   * Deletes must pass it: a plan alone proves nothing about now.
   */
  readonly stillTrue?: (change: Change, actual: Resource) => Promise<string | undefined>;
}

export type Apply = (
  run: Run,
  plan: Plan,
  cause: Cause,
  options: ApplyOptions,
) => Promise<readonly Applied[]>;

/** Hands failures to the queue, which tries again and in the end shows them as poison. @throws Error naming each */
export function throwFailures(results: readonly Applied[]): readonly Applied[] {
  const failed = results.filter(({ outcome }) => outcome === "failed");
  if (failed.length === 0) return results;
  throw new Error(failed.map(({ change, why }) => `${change.resourceId}: ${why ?? "failed"}`).join("; "));
}
