/** What a benchmark gives: figures, each beside the least that any program would need for the same. */
export interface Bench {
  directory: string;
  /** Of an Azurite of the benchmark's own. */
  connection: string;
  /** Also what takes many minutes. */
  isFull: boolean;
}

export type Unit = "ms" | "/s" | "MiB" | "KB" | "calls" | "rows";

export interface Beside {
  /** What was measured there. */
  readonly what: string;
  readonly value: number;
}

/** `ratio` is a cost: 1 is as good as the floor, 2 costs twice as much. `value` is in the figure's unit; of a rate it is the least. */
export type Aim = { readonly ratio: number } | { readonly value: number };

export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  readonly ours: number;
  /** The same work with nothing of ours. */
  readonly floor?: Beside;
  /** Another program for the same purpose. */
  readonly peer?: Beside;
  readonly aim?: Aim;
}

export type Measure = (bench: Bench) => Promise<Figure[]>;

/** What ours costs in floors; of a rate the floor's rate over ours. */
export function ratioOf({ unit, ours, floor }: Figure): number | undefined {
  if (!floor) return undefined;
  return unit === "/s" ? floor.value / ours : ours / floor.value;
}

/** `undefined` if nothing is aimed at. */
export function isMet(figure: Figure): boolean | undefined {
  const { aim, unit, ours } = figure;
  if (!aim) return undefined;
  if ("ratio" in aim) return (ratioOf(figure) ?? Number.NaN) <= aim.ratio;
  return unit === "/s" ? ours >= aim.value : ours <= aim.value;
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
