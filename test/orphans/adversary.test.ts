/**
 * Whatever happens to an estate, in whatever order, and whatever is reported of it that is not true: no invariant of `ledger.ts` breaks, and
 * what is truly orphaned is deleted in the end.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { play } from "./play.ts";
import { step } from "./steps.ts";

/** `npm run soak` plays many more. A failure prints its seed and path: fc.assert takes them to play it again. */
const SCHEDULES = Number(process.env["MOORING_SCHEDULES"] ?? 2000);
/** Much longer than a schedule takes: a run ends by its result, not by the load of the machine. */
const MILLISECONDS_EACH = 600;

test(
  "no schedule breaks an invariant, and every true orphan is deleted in the end",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        expect(await play(steps)).toEqual([]);
      }),
      { numRuns: SCHEDULES },
    );
  },
  SCHEDULES * MILLISECONDS_EACH,
);
