/**
 * Whatever happens to an estate, in whatever order, and whatever is reported of it that is not true: no invariant of `ledger.ts` breaks, and
 * what is truly orphaned is deleted in the end.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { play } from "./play.ts";
import { step, type Step } from "./steps.ts";

/** `npm run soak` plays many more. A failure prints its seed and path: fc.assert takes them to play it again. */
const SCHEDULES = Number(process.env["MOORING_SCHEDULES"] ?? 2000);
/** Much longer than a schedule takes: a run ends by its result, not by the load of the machine. */
const MILLISECONDS_EACH = 600;

const sweep: Step = { do: "sweep", dieAt: Infinity, skewSeconds: 0, meanwhile: undefined };
const list: Step = { do: "list", which: 0, lacks: 0 };

/** Schedules that broke an invariant once: each run plays them. */
const FOUND: readonly (readonly [string, Step[]])[] = [
  [
    "a Private Link Service is in quarantine before its Service is known, which then withdraws it",
    [
      { do: "make", which: 0, pls: true, seen: false },
      sweep,
      { do: "wait", hours: 2 },
      { do: "withdraw", which: 2 },
    ],
  ],
  [
    "a Service withdraws its Private Link Service, and declares and withdraws it between two sweeps",
    [
      { do: "withdraw", which: 0 },
      list,
      sweep,
      { do: "wait", hours: 2 },
      { do: "declarePls", which: 0 },
      { do: "withdraw", which: 0 },
    ],
  ],
  [
    "a Service withdraws its Private Link Service, and is deleted later",
    [
      { do: "withdraw", which: 0 },
      list,
      sweep,
      { do: "wait", hours: 2 },
      { do: "end", which: 0, cleaned: false },
      list,
      list,
    ],
  ],
];

test.each(FOUND)("%s: no invariant breaks", async (_, steps) => expect(await play(steps)).toEqual([]));

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
