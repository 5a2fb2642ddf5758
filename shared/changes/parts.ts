import type { Applied, Apply } from "./applied.ts";
import { isRemoval, type Plan } from "./plan.ts";

/** What may have changed Azure. */
const WRITTEN = new Set<Applied["outcome"]>(["applied", "failed"]);

/**
 * Applies parts of a plan one after another, each by itself: what is refused in one, a lock say, does not stop the others. Budgets hold for
 * all of them together.
 */
export function inParts(apply: Apply, parts: readonly Plan[]): Apply {
  return async (run, _whole, cause, options) => {
    const all: Applied[] = [];
    for (const part of parts) {
      const removedBefore = all.filter(
        ({ change, outcome }) => isRemoval(change) && WRITTEN.has(outcome),
      ).length;
      all.push(...(await apply(run, part, cause, { ...options, removedBefore })));
    }
    return all;
  };
}

/** Every change by itself: a link and its connections do not wait for each other. */
export function oneByOne({ changes }: Plan): Plan[] {
  return changes.map((change) => ({ changes: [change] }));
}
