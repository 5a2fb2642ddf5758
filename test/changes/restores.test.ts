/** An undo gives no address and no name to a second owner, whatever was admitted since the delete, and in the end it completes. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { SCHEDULES, SCHEDULES_MILLISECONDS } from "../builders/schedules.ts";
import { play } from "./restores/play.ts";
import { step } from "./restores/steps.ts";

test(
  "no schedule gives an address or a name two owners by an undo",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        expect(await play(steps)).toEqual([]);
      }),
      { numRuns: SCHEDULES },
    );
  },
  SCHEDULES_MILLISECONDS,
);
