/**
 * Access is never wider than the cluster last confirmed, and no newer write by another writer is overwritten: whatever admission saw, whatever
 * was refused, and whenever the controller, operators and others write, no invariant of `access/invariants.ts` breaks.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { SCHEDULES, SCHEDULES_MILLISECONDS } from "../builders/schedules.ts";
import { play } from "./access/play.ts";
import { step } from "./access/steps.ts";

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
  SCHEDULES_MILLISECONDS,
);
