import { Conflict, NotYet } from "../core/errors.ts";
import type { Applied, Apply } from "./applied.ts";
import { isRemoval, type Plan } from "./plan.ts";
import { messageOf } from "../core/messageOf.ts";

/** What may have changed Azure. */
const WRITTEN = new Set<Applied["outcome"]>(["applied", "failed"]);

/**
 * Applies parts of a plan one after another, each by itself: what is refused in one, a lock say, or what one throws does not stop the
 * others. Budgets hold for all of them together, and a part that threw counts as written.
 * @throws NotYet or Conflict at once, if nothing has been written: all of it can come again · else what the first part threw, if in the
 * end nothing has been written
 */
export function inParts(apply: Apply, parts: readonly Plan[]): Apply {
  return async (run, _whole, cause, options) => {
    const all: Applied[] = [];
    const thrown: unknown[] = [];
    let written = false;
    for (const part of parts) {
      const removedBefore = all.filter((one) => isRemoval(one.change) && isWritten(one)).length;
      try {
        const applied = await apply(run, part, cause, { ...options, removedBefore });
        written ||= applied.some(isWritten);
        all.push(...applied);
      } catch (error) {
        if (!written && (error instanceof NotYet || error instanceof Conflict)) throw error;
        thrown.push(error);
        const why = messageOf(error);
        all.push(...part.changes.map((change) => ({ change, outcome: "failed", why }) as const));
      }
    }
    if (thrown.length > 0 && !written) throw thrown[0];
    return all;
  };
}

function isWritten({ outcome }: Applied): boolean {
  return WRITTEN.has(outcome);
}

/** Every change by itself: a PLS and its connections do not wait for each other. */
export function oneByOne({ changes }: Plan): Plan[] {
  return changes.map((change) => ({ changes: [change] }));
}
