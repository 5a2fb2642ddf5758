/** Reports the CPU time of a test file with its ended processes: wall time depends on other load of the machine. */
import { readFile } from "node:fs/promises";
import { afterAll } from "vitest";

/** Of the kernel's clock, in which it counts. */
const TICKS_PER_SECOND = 100;

// oxlint-disable-next-line no-empty-pattern -- Vitest reads the pattern to learn what a hook needs.
afterAll(async ({}, file) => {
  file.meta.cpuSeconds = (process.cpuUsage().user + process.cpuUsage().system) / 1e6 + (await ofChildren());
});

/** Available only on Linux; elsewhere 0. */
async function ofChildren(): Promise<number> {
  const line = await readFile("/proc/self/stat", "utf8").catch(() => "");
  const [user = 0, system = 0] = line
    .slice(line.lastIndexOf(")") + 2)
    .split(" ")
    .slice(13, 15)
    .map(Number);
  return (user + system) / TICKS_PER_SECOND;
}

declare module "vitest" {
  interface TaskMeta {
    cpuSeconds?: number;
  }
}
