/** The order in which to search for free addresses near a requested one. Pure. */
import type { Address } from "./prefix.ts";
import { max, min, type Range } from "./addressRange.ts";

/** Addresses per window: the rows of a window fit into one page of storage. */
const WINDOW = 256n;

/** Windows of the ranges, nearest to the requested address first. Together they cover each address of the ranges once. */
export function* windowsAround(ranges: readonly Range[], { family, value }: Address): Generator<Range> {
  const own = ranges.filter((one) => one.family === family);
  // The first window extends in both directions from the nearest address of the ranges.
  const centre = [below(own, value), above(own, value)].flatMap((side) => side?.nearest ?? []);
  if (centre.length === 0) return;
  const around = centre.toSorted((a, b) => Number(distance(a, value) - distance(b, value)))[0] ?? value;
  let [low, high] = [around - WINDOW / 2n, around + WINDOW / 2n - 1n];
  yield { family, first: max(low, 0n), last: high };
  for (;;) {
    const [left, right] = [below(own, low - 1n), above(own, high + 1n)];
    if (!left && !right) return;
    if (right && (!left || right.nearest - value < value - left.nearest)) {
      high = min(right.nearest + WINDOW - 1n, right.end);
      yield { family, first: right.nearest, last: high };
    } else if (left) {
      low = max(left.nearest - WINDOW + 1n, left.end);
      yield { family, first: low, last: left.nearest };
    }
  }
}

interface Side {
  readonly nearest: bigint;
  /** The end of its range in this direction. */
  readonly end: bigint;
}

function below(ranges: readonly Range[], value: bigint): Side | undefined {
  return ranges
    .filter(({ first }) => first <= value)
    .map(({ first, last }) => ({ nearest: min(last, value), end: first }))
    .reduce<Side | undefined>((best, one) => (best && best.nearest >= one.nearest ? best : one), undefined);
}

function above(ranges: readonly Range[], value: bigint): Side | undefined {
  return ranges
    .filter(({ last }) => last >= value)
    .map(({ first, last }) => ({ nearest: max(first, value), end: last }))
    .reduce<Side | undefined>((best, one) => (best && best.nearest <= one.nearest ? best : one), undefined);
}

export function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}
