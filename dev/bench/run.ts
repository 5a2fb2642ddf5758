/** Runs benchmarks one after another, each in its own process and within its time. */
import { fork } from "node:child_process";
import { join } from "node:path";
import type { Entry } from "./benches.ts";
import type { Figure } from "./figures.ts";

export interface Run {
  readonly figures: readonly Figure[];
  readonly seconds: number;
}

/** @throws Error if it fails, or takes longer than its time */
export async function runBench(name: string, entry: Entry, isFull: boolean): Promise<Run> {
  const began = performance.now();
  const most = isFull ? (entry.fullSeconds ?? entry.seconds) : entry.seconds;
  const heap = entry.heapMebibytes ? [`--max-old-space-size=${entry.heapMebibytes}`] : [];
  const child = fork(join(import.meta.dirname, "one.ts"), [name, isFull ? "full" : "usual"], {
    execArgv: ["--expose-gc", ...heap],
  });
  const tooLong = setTimeout(() => child.kill("SIGKILL"), most * 1000);
  try {
    const figures = await new Promise<Figure[]>((resolve, reject) => {
      child.once("message", (message) => resolve(message as Figure[]));
      child.once("exit", (_, signal) =>
        reject(new Error(signal ? `took longer than ${most} s` : "failed; its words are above")),
      );
    });
    return { figures, seconds: (performance.now() - began) / 1000 };
  } finally {
    clearTimeout(tooLong);
  }
}
