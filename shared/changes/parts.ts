import { Conflict, NotYet, worstOf } from "../core/errors.ts";
import type { Applied, Apply, ApplyOptions } from "./applied.ts";
import { isRemoval, type Cause, type Change, type Plan } from "./plan.ts";
import { messageOf } from "../core/messageOf.ts";
import type { Run } from "../ports/ports.ts";

/** Outcomes that may have changed Azure. */
const WRITTEN = new Set<Applied["outcome"]>(["applied", "failed"]);

/** A conflict passes as soon as the other writer has finished. */
const CONFLICT_SECONDS = 30;

/** Changes in order: each is made only if those before it were. */
export interface Part extends Plan {
  /** Changes of earlier parts that it depends on: unless all of them were made, nothing of this part is. */
  readonly after?: readonly Change[];
}

interface Work {
  readonly apply: Apply;
  readonly run: Run;
  readonly cause: Cause;
  readonly options: ApplyOptions;
  readonly all: Applied[];
  readonly thrown: unknown[];
}

/**
 * Applies the parts of a plan one after another and independently: a refusal (for example a lock) or an error
 * in one, also one that passes, stops only what depends on it. Within a part, the first change that is not made
 * stops the rest. Budgets apply to all parts together, and a change that threw counts as written.
 * @throws the worst error, if every change that was tried threw: there is no outcome to report
 */
export function inParts(apply: Apply, parts: readonly Part[]): Apply {
  return async (run, _whole, cause, options) => {
    const { all, thrown } = await applyParts({ apply, run, cause, options, all: [], thrown: [] }, parts);
    const tried = all.filter(({ outcome }) => outcome !== "left");
    if (thrown.length > 0 && thrown.length === tried.length) throw worstOf(thrown);
    return all;
  };
}

/** As `inParts`, but errors are always outcomes: for callers that record them and then use `throwFailures`. */
export function inPartsToRecord(apply: Apply, parts: readonly Part[]): Apply {
  return async (run, _whole, cause, options) =>
    (await applyParts({ apply, run, cause, options, all: [], thrown: [] }, parts)).all;
}

async function applyParts(work: Work, parts: readonly Part[]): Promise<Work> {
  for (const part of parts) await applyPart(work, part);
  return work;
}

/** Applies the changes one after the other: an error must not hide what became of the changes before it. */
async function applyPart(work: Work, { changes, after = [] }: Part): Promise<void> {
  for (const [index, change] of changes.entries()) {
    const obstacle = obstacleOf(work.all, [...after, ...changes.slice(0, index)]);
    const results = obstacle ? [{ change, ...obstacle }] : await applyChange(work, { changes: [change] });
    work.all.push(...results);
  }
}

/**
 * The result of a change without an attempt, because a change that it needs was not made; `undefined` if all of
 * them were. What only observed changes prevent is observed itself.
 */
function obstacleOf(
  all: readonly Applied[],
  needed: readonly Change[],
): Pick<Applied, "outcome" | "why"> | undefined {
  const results = needed.map((change) => all.find((one) => one.change === change));
  const unmade = results.filter((one) => one?.outcome !== "applied");
  const [first] = unmade;
  if (unmade.length === 0) return undefined;
  if (first && unmade.every((one) => one?.outcome === "observed"))
    return { outcome: "observed", ...(first.why !== undefined && { why: first.why }) };
  return { outcome: "left", why: "an earlier change was not made" };
}

async function applyChange(work: Work, plan: Plan): Promise<readonly Applied[]> {
  const { apply, run, cause, options, all } = work;
  const removedBefore = all.filter((one) => isRemoval(one.change) && WRITTEN.has(one.outcome)).length;
  try {
    return await apply(run, plan, cause, { ...options, removedBefore });
  } catch (error) {
    work.thrown.push(error);
    const failure = { outcome: "failed", why: messageOf(error), ...delayOf(error) } as const;
    return plan.changes.map((change) => ({ change, ...failure }));
  }
}

function delayOf(error: unknown): Pick<Applied, "retryAfterSeconds"> {
  if (error instanceof NotYet) return { retryAfterSeconds: error.retryAfterSeconds };
  return error instanceof Conflict ? { retryAfterSeconds: CONFLICT_SECONDS } : {};
}

/** One plan per change: a PLS and its connections do not depend on each other. */
export function oneByOne({ changes }: Plan): Plan[] {
  return changes.map((change) => ({ changes: [change] }));
}
