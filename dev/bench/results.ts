/** What the last run of each benchmark gave, and where it ran. Kept in `dev/bench/results.json`, from which `docs/contributing/performance.md` is made. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import type { Figure } from "./figures.ts";

export interface Result {
  readonly atUtc: string;
  readonly command: string;
  readonly seconds: number;
  readonly machine: string;
  readonly node: string;
  /** Programs that ran or waited to, before it began. */
  readonly load: number;
  readonly figures: readonly Figure[];
}

/** By the benchmark's name. */
export type Results = Readonly<Record<string, Result>>;

/** Processors, memory and system, as far as the machine reports them. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() || "unknown processor";
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  return `${availableParallelism()} × ${model}, ${gibibytes} GiB, ${platform()} ${arch()}`;
}

/** Empty if there is no such file. */
export function readResults(path: string): Results {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

/** In the order of `names`; of those that did not run now the last result stays. */
export function merge(before: Results, now: Results, names: readonly string[]): Results {
  const all = { ...before, ...now };
  return Object.fromEntries(names.flatMap((name) => (all[name] ? [[name, all[name]]] : [])));
}

export async function writeResults(path: string, results: Results): Promise<void> {
  await writeFile(path, `${JSON.stringify(results, rounded, 2)}\n`);
}

/** Two decimals: more would exceed the precision of the measurement. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 100) / 100 : value;
}
