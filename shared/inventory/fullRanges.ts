import { parseAddress, type Address } from "../azure/prefix.ts";
import { formatRange, usableRanges, type Range } from "../azure/addressRange.ts";

/** Reading past shorter ranges is as fast as storing them. */
const LONG = 128n;
/** With this many the row stays below 16 KiB; other ranges are read. */
const MOST = 400;

/** Long ranges in which every address is taken, as `first-last`, the longest ones if there are many. Pure. */
export function fullRanges(prefixes: readonly string[], taken: Iterable<string>): string[] {
  const addresses = [...taken].flatMap((text) => parseAddress(text) ?? []);
  const sorted = addresses.toSorted((a, b) => (a.value < b.value ? -1 : 1));
  return usableRanges(prefixes)
    .flatMap((prefix) => runsIn(prefix, sorted))
    .filter((run) => length(run) >= LONG)
    .toSorted((a, b) => (length(a) > length(b) ? -1 : 1))
    .slice(0, MOST)
    .map(formatRange);
}

function runsIn({ family, first, last }: Range, sorted: readonly Address[]): Range[] {
  const runs: { family: Range["family"]; first: bigint; last: bigint }[] = [];
  for (const { value } of sorted) {
    if (value < first || value > last) continue;
    const current = runs.at(-1);
    if (current && value <= current.last + 1n) current.last = value;
    else runs.push({ family, first: value, last: value });
  }
  return runs;
}

function length({ first, last }: Range): bigint {
  return last - first + 1n;
}
