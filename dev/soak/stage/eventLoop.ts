/** Preloaded into a process of the stage: prints every second how its event loop and its processor time were, as a line of its log. */
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";

export const MESSAGE = "event loop";
const EVERY_MILLISECONDS = 1000;

/** One second of an event loop; times in milliseconds. */
export interface LoopSample {
  readonly p99: number;
  readonly most: number;
  /** 0 to 1. Includes the time in which other processes had the processor. */
  readonly utilization: number;
  /** The main thread had work, and other processes had the processors. */
  readonly waited: number;
}

const delays = monitorEventLoopDelay({ resolution: 5 });
let before = performance.eventLoopUtilization();
let waitedBefore = waitedMilliseconds();

function sample(): LoopSample {
  const [now, waited] = [performance.eventLoopUtilization(), waitedMilliseconds()];
  const found = {
    p99: delays.percentile(99) / 1e6,
    most: delays.max / 1e6,
    utilization: performance.eventLoopUtilization(now, before).utilization,
    waited: waited - waitedBefore,
  };
  [before, waitedBefore] = [now, waited];
  delays.reset();
  return found;
}

/** @see https://docs.kernel.org/scheduler/sched-stats.html */
function waitedMilliseconds(): number {
  try {
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[1]) / 1e6;
  } catch {
    return 0; // Only Linux has it.
  }
}

if (process.env["SOAK_EVENT_LOOP"] === "1") {
  delays.enable();
  setInterval(
    () => console.log(JSON.stringify({ level: "debug", message: MESSAGE, ...sample() })),
    EVERY_MILLISECONDS,
  ).unref();
}
