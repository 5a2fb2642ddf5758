import { Conflict, NotYet } from "../errors.ts";
import type { Applied, Apply } from "./applied.ts";
import { isRemoval, type Plan } from "./plan.ts";

/** What may have changed Azure. */
const WRITTEN = new Set<Applied["outcome"]>(["applied", "failed"]);

/**
 * Applies parts of a plan one after another, each by itself: what is refused in one, a lock say, does not stop the others. Budgets hold for
 * all of them together. What one part threw is thrown only if nothing has been written: else it is told with the rest.
 */
export function inParts(apply: Apply, parts: readonly Plan[]): Apply {
  return async (run, _whole, cause, options) => {
    const all: Applied[] = [];
    for (const part of parts) {
      const removedBefore = all.filter((one) => isRemoval(one.change) && isWritten(one)).length;
      try {
        all.push(...(await apply(run, part, cause, { ...options, removedBefore })));
      } catch (error) {
        if (!(error instanceof NotYet || error instanceof Conflict) || !all.some(isWritten)) throw error;
        all.push(
          ...part.changes.map((change) => ({ change, outcome: "failed", why: error.message }) as const),
        );
      }
    }
    return all;
  };
}

function isWritten({ outcome }: Applied): boolean {
  return WRITTEN.has(outcome);
}

/** Every change by itself: a link and its connections do not wait for each other. */
export function oneByOne({ changes }: Plan): Plan[] {
  return changes.map((change) => ({ changes: [change] }));
}
