/**
 * Access is never wider than the cluster last confirmed, and no newer write by another writer is overwritten: whatever admission saw, whatever
 * was refused, and whenever the controller, operators and others write, no invariant of `access/invariants.ts` breaks.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { play } from "./access/play.ts";
import { step } from "./access/steps.ts";

/** `npm run soak` plays many more. A failure prints its seed and path: fc.assert takes them to play it again. */
const SCHEDULES = Number(process.env["MOORING_SCHEDULES"] ?? 1000);
/** Much longer than a schedule takes: a run ends by its result, not by the load of the machine. */
const MILLISECONDS_EACH = 600;

test(
  "no schedule opens a Private Link Service wider than its cluster confirmed, and in the end it is as declared",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        expect(await play(steps)).toEqual([]);
      }),
      { numRuns: SCHEDULES },
    );
  },
  SCHEDULES * MILLISECONDS_EACH,
);
