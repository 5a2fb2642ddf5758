import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearestFree } from "../../shared/addresses/nearestFree.ts";
import {
  formatAddress,
  isAzureReserved,
  parseAddress,
  parsePrefixes,
  type Address,
} from "../../shared/addresses/prefix.ts";

const at = (text: string) => parseAddress(text) as Address;
const search = (
  wanted: string,
  taken: string[] = [],
  more: { prefixes?: string[]; excluded?: string[]; reach?: bigint } = {},
) =>
  nearestFree({
    prefixes: parsePrefixes(more.prefixes ?? ["10.0.1.0/24"]),
    excluded: parsePrefixes(more.excluded ?? []),
    taken: new Set(taken.map((text) => at(text).value)),
    wanted: at(wanted),
    reach: more.reach ?? 256n,
    limit: 3,
  }).map(formatAddress);

describe("free addresses near the wanted one", () => {
  test.each([
    [
      "both sides, nearest first, the lower first of two",
      search("10.0.1.50"),
      ["10.0.1.49", "10.0.1.51", "10.0.1.48"],
    ],
    [
      "taken ones are skipped",
      search("10.0.1.50", ["10.0.1.49", "10.0.1.51"]),
      ["10.0.1.48", "10.0.1.52", "10.0.1.47"],
    ],
    ["Azure's own are never offered", search("10.0.1.4"), ["10.0.1.5", "10.0.1.6", "10.0.1.7"]],
    ["nor is the last one", search("10.0.1.254"), ["10.0.1.253", "10.0.1.252", "10.0.1.251"]],
    [
      "nor what policy excludes",
      search("10.0.1.50", [], { excluded: ["10.0.1.0/26"] }),
      ["10.0.1.64", "10.0.1.65", "10.0.1.66"],
    ],
    [
      "another prefix of the subnet counts as near",
      search("10.0.1.252", ["10.0.1.253", "10.0.1.254"], { prefixes: ["10.0.1.248/29", "10.0.2.0/29"] }),
      ["10.0.2.4", "10.0.2.5", "10.0.2.6"],
    ],
    ["nothing beyond the reach", search("10.0.1.50", [], { reach: 1n }), ["10.0.1.49", "10.0.1.51"]],
  ])("%s", (_, actual, expected) => expect(actual).toEqual(expected));
});

test("what is offered is free, usable, and no free address is nearer", () => {
  const host = fc.integer({ min: 4, max: 14 });
  fc.assert(
    fc.property(host, fc.uniqueArray(host), (wanted, taken) => {
      const prefixes = parsePrefixes(["10.0.0.0/28"]);
      const text = (n: number) => `10.0.0.${n}`;
      const found = search(text(wanted), taken.map(text), { prefixes: ["10.0.0.0/28"] });
      const free = Array.from({ length: 16 }, (_, n) => n).filter(
        (n) => n !== wanted && !taken.includes(n) && !isAzureReserved(prefixes[0]!, at(text(n))),
      );
      const nearest = free.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted) || a - b).slice(0, 3);
      expect(found).toEqual(nearest.map(text));
    }),
  );
});
