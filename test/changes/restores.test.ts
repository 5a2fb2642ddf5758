/** An undo gives no address and no name to a second owner, whatever was admitted since the delete, and in the end it completes. */
import { test } from "vitest";
import { playSchedules, SCHEDULES_MILLISECONDS } from "../builders/schedules.ts";
import { play } from "./restores/play.ts";
import { step } from "./restores/steps.ts";

test(
  "no schedule gives an address or a name two owners by an undo",
  () => playSchedules(step, 15, play),
  SCHEDULES_MILLISECONDS,
);
