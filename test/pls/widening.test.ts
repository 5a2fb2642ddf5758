/**
 * Access is never wider than the cluster last confirmed, and no newer write by another writer is overwritten: whatever admission saw, whatever
 * was refused, and whenever the controller, operators and others write, no invariant of `access/invariants.ts` breaks.
 */
import { test } from "vitest";
import { playSchedules, SCHEDULES_MILLISECONDS } from "../builders/schedules.ts";
import { play } from "./access/play.ts";
import { step } from "./access/steps.ts";

test(
  "no schedule opens a Private Link Service wider than its cluster confirmed, and in the end it is as declared",
  () => playSchedules(step, 25, play),
  SCHEDULES_MILLISECONDS,
);
