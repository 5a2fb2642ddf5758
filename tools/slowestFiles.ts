/** A reporter for Vitest: where the time of a run is spent, hooks included. */
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

const SHOWN = 30;
const ROOT = `${import.meta.dirname}/..`;

export default class SlowestFiles implements Reporter {
  readonly #seconds = new Map<string, number>();

  onTestModuleEnd(module: TestModule): void {
    const { collectDuration, duration } = module.diagnostic();
    this.#seconds.set(relative(ROOT, module.moduleId), (collectDuration + duration) / 1000);
  }

  onTestRunEnd(): void {
    const slowest = [...this.#seconds].toSorted(([, a], [, b]) => b - a).slice(0, SHOWN);
    const lines = slowest.map(([file, seconds]) => `${seconds.toFixed(0).padStart(5)}  ${file}`);
    console.log(`Slowest files, in seconds:\n${lines.join("\n")}`);
  }
}
