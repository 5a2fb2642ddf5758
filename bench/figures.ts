export interface Bench {
  directory: string;
  /** Of an Azurite of the benchmark's own. */
  connection: string;
  /** Also what takes many minutes. */
  isFull: boolean;
}

/** The value below which the share lies, e.g. 0.5 or 0.99. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export function milli(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}
