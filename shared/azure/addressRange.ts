/** Address ranges, both ends included, their intersection and difference. Pure. A prefix is a range. */
import { AZURE_FIRST, formatAddress, parseAddress, parsePrefixes, type Prefix } from "./prefix.ts";

export type Range = Prefix;

/** The addresses of the prefixes that resources can use. */
export function usableRanges(prefixes: readonly string[]): Range[] {
  return parsePrefixes(prefixes).flatMap(({ family, first, last }) =>
    range(family, first + AZURE_FIRST, last - 1n),
  );
}

/** Number of addresses that resources can use; at most 2^53 - 1. */
export function usableAddresses(prefixes: readonly string[]): number {
  const usable = usableRanges(prefixes).reduce((sum, { first, last }) => sum + (last - first + 1n), 0n);
  return Number(min(usable, BigInt(Number.MAX_SAFE_INTEGER)));
}

/** The ranges without the addresses of `cuts`, in order within each range. */
export function without(ranges: readonly Range[], cuts: readonly Range[]): Range[] {
  return cuts
    .reduce<readonly Range[]>((left, cut) => left.flatMap((one) => cutOut(one, cut)), ranges)
    .slice();
}

/** The intersection of the ranges with the others. */
export function within(ranges: readonly Range[], others: readonly Range[]): Range[] {
  return ranges.flatMap((one) =>
    others
      .filter(({ family }) => family === one.family)
      .flatMap((other) => range(one.family, max(one.first, other.first), min(one.last, other.last))),
  );
}

function cutOut(one: Range, cut: Range): Range[] {
  if (cut.family !== one.family || cut.last < one.first || cut.first > one.last) return [one];
  return [...range(one.family, one.first, cut.first - 1n), ...range(one.family, cut.last + 1n, one.last)];
}

function range(family: Range["family"], first: bigint, last: bigint): Range[] {
  return first <= last ? [{ family, first, last }] : [];
}

/** Parses `10.0.0.5-10.0.0.9`; `undefined` if the text is not a valid range. */
export function parseRange(text: string): Range | undefined {
  const [first, last, ...rest] = text.split("-").map((part) => parseAddress(part));
  if (!first || !last || rest.length > 0 || first.family !== last.family) return undefined;
  return range(first.family, first.value, last.value)[0];
}

export function formatRange({ family, first, last }: Range): string {
  return [first, last].map((value) => formatAddress({ family, value })).join("-");
}

export function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
