import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { windowsAround } from "../../shared/azure/nearest.ts";
import { parsePrefixes, type Address } from "../../shared/azure/prefix.ts";
import {
  formatRange,
  parseRange,
  usableRanges,
  within,
  without,
  type Range,
} from "../../shared/azure/addressRange.ts";

const ranges = (...texts: string[]) => texts.flatMap((text) => parseRange(text) ?? []);
const written = (some: readonly Range[]) => some.map(formatRange);

describe("ranges", () => {
  test.each<[string, Range[], string[]]>([
    ["of a prefix leave out Azure's own five", usableRanges(["10.0.0.0/28"]), ["10.0.0.4-10.0.0.14"]],
    ["of a prefix too small for any are none", usableRanges(["10.0.0.0/30"]), []],
    [
      "lose what is cut out of their middle",
      without(ranges("10.0.0.4-10.0.0.14"), parsePrefixes(["10.0.0.8/31"])),
      ["10.0.0.4-10.0.0.7", "10.0.0.10-10.0.0.14"],
    ],
    [
      "lose all to a cut around them",
      without(ranges("10.0.0.4-10.0.0.14"), parsePrefixes(["10.0.0.0/8"])),
      [],
    ],
    [
      "keep what other families cut",
      without(ranges("10.0.0.4-10.0.0.5"), parsePrefixes(["::/0"])),
      ["10.0.0.4-10.0.0.5"],
    ],
    [
      "have in common where both are",
      within(ranges("10.0.0.4-10.0.0.14"), ranges("10.0.0.1-10.0.0.6", "10.0.0.12-10.0.0.99")),
      ["10.0.0.4-10.0.0.6", "10.0.0.12-10.0.0.14"],
    ],
  ])("%s", (_, actual, expected) => expect(written(actual)).toEqual(expected));

  test.each(["10.0.0.9-10.0.0.5", "10.0.0.1", "10.0.0.1-fd00::1", "a-b", "10.0.0.1-10.0.0.2-10.0.0.3"])(
    "%s is none",
    (text) => expect(parseRange(text)).toBeUndefined(),
  );
});

test("windows begin at the nearest address, and cover everything once", () => {
  const value = fc.integer({ min: 0, max: 6000 });
  const range = fc.tuple(value, fc.integer({ min: 0, max: 1500 })).map(([first, length]): Range => ({
    family: "IPv4",
    first: BigInt(first),
    last: BigInt(first + length),
  }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 4 }), value, (some, at) => {
      const apart = some.reduce<Range[]>((all, one) => [...all, ...without([one], all)], []);
      const wanted: Address = { family: "IPv4", value: BigInt(at) };
      const seen = [...windowsAround(apart, wanted)].flatMap(({ first, last }) =>
        Array.from({ length: Number(last - first) + 1 }, (_, n) => Number(first) + n),
      );
      const all = apart.flatMap(({ first, last }) =>
        Array.from({ length: Number(last - first) + 1 }, (_, n) => Number(first) + n),
      );
      expect(new Set(seen).size).toBe(seen.length);
      expect(all.filter((one) => !seen.includes(one))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
