import fc from "fast-check";
import { expect } from "vitest";

/** How many random schedules each model plays; `npm run soak` plays 50,000. A failure prints its seed and path: fc.assert takes them to play it again. */
export const SCHEDULES = Number(process.env["MOORING_SCHEDULES"] ?? 2000);

/** Much longer than they take: a run ends by its result, not by the load of the machine. */
export const SCHEDULES_MILLISECONDS = SCHEDULES * 600;

/** Plays random schedules of steps. @throws AssertionError with the seed, the path and the shortest schedule that breaks something */
export async function playSchedules<Step>(
  step: fc.Arbitrary<Step>,
  maxLength: number,
  play: (steps: readonly Step[]) => Promise<readonly string[]>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength }), async (steps) => {
      expect(await play(steps)).toEqual([]);
    }),
    { numRuns: SCHEDULES },
  );
}
