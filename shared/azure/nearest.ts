/** In which order to look for free addresses near a wanted one. Pure. */
import type { Address } from "./prefix.ts";
import { max, min, type Range } from "./addressRange.ts";

/** Addresses in one window: with a row each they still are one page of storage. */
const WINDOW = 256n;

/** Windows of the ranges, nearest to the wanted address first; together they cover the ranges, each address once. */
export function* windowsAround(ranges: readonly Range[], { family, value }: Address): Generator<Range> {
  const own = ranges.filter((one) => one.family === family);
  // The first one looks both ways, around the nearest address that may be free.
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
  /** How far its range goes on. */
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
