/**
 * Whatever happens to an estate, in whatever order, and whatever is reported of it that is not true: no invariant of `ledger.ts` breaks, and
 * what is truly orphaned is deleted in the end.
 */
import { expect, test } from "vitest";
import { playSchedules, SCHEDULES_MILLISECONDS } from "../builders/schedules.ts";
import { play } from "./play.ts";
import { step, type Step } from "./steps.ts";

const sweep: Step = { do: "sweep", dieAt: Infinity, skewSeconds: 0, meanwhile: undefined };
const list: Step = { do: "list", which: 0, lacks: 0 };

/** Schedules that broke an invariant once: each run plays them. */
const FOUND: readonly (readonly [string, Step[]])[] = [
  [
    "a Private Link Service is in quarantine before its Service is recorded, which then withdraws it",
    [
      { do: "make", which: 0, pls: true, seen: false },
      sweep,
      { do: "wait", hours: 2 },
      { do: "withdraw", which: 2 },
    ],
  ],
  [
    "a frontend is in quarantine before its Service is reported, which is deleted before the next sweep",
    [
      { do: "make", which: 0, pls: true, seen: false },
      sweep,
      { do: "wait", hours: 2 },
      list,
      { do: "end", which: 5, cleaned: false },
      list,
      list,
    ],
  ],
  [
    "the first list after a quarantine reports a Service, and a window reports its deletion before the next sweep",
    [
      { do: "make", which: 0, pls: false, seen: false },
      sweep,
      { do: "wait", hours: 2 },
      list,
      { do: "wait", hours: 1 },
      { do: "end", which: 5, cleaned: false },
      { do: "window", which: 0 },
      sweep,
      { do: "wait", hours: 5 },
      list,
      sweep,
      list,
      sweep,
    ],
  ],
  [
    "a cluster is deleted, and an operator registers it again and confirms its identity",
    [
      { do: "wait", hours: 1 },
      { do: "deleteCluster", which: 0 },
      sweep,
      { do: "wait", hours: 2 },
      { do: "register", which: 0, how: "uncorroborated" },
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
  () => playSchedules(step, 30, play),
  SCHEDULES_MILLISECONDS,
);
