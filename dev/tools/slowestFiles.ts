/** A reporter for Vitest: where the time of a run is spent, hooks included, and how much CPU time of it is a file's own. */
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

const SHOWN = 30;
const ROOT = `${import.meta.dirname}/../..`;

interface Spent {
  readonly seconds: number;
  /** Of the file's process and its children that have ended; absent where files share a process. */
  readonly cpuSeconds: number | undefined;
}

export default class SlowestFiles implements Reporter {
  readonly #spent = new Map<string, Spent>();

  onTestModuleEnd(module: TestModule): void {
    const { collectDuration, duration } = module.diagnostic();
    const { cpuSeconds } = module.meta() as { cpuSeconds?: number };
    const seconds = (collectDuration + duration) / 1000;
    this.#spent.set(relative(ROOT, module.moduleId), { seconds, cpuSeconds });
  }

  onTestRunEnd(): void {
    const slowest = [...this.#spent].toSorted(([, a], [, b]) => b.seconds - a.seconds).slice(0, SHOWN);
    const lines = slowest.map(
      ([file, { seconds, cpuSeconds }]) =>
        `${seconds.toFixed(0).padStart(5)} ${(cpuSeconds?.toFixed(0) ?? "").padStart(5)}  ${file}`,
    );
    console.log(`Slowest files, in seconds and in seconds of CPU time:\n${lines.join("\n")}`);
  }
}
