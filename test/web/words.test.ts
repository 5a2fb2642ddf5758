import { expect, test } from "vitest";
import { leftOutSentences } from "../../web/views/orphans/words.ts";
import { count, duration, relative, sentence } from "../../web/ui/words.ts";

const NOW = Date.parse("2026-11-25T12:00:00Z");

test.each([
  ["2026-11-25T12:00:00Z", "just now"],
  ["2026-11-25T11:59:10Z", "just now"],
  ["2026-11-25T12:00:40Z", "in a moment"],
  ["2026-11-25T11:58:30Z", "1 min. ago"],
  ["2026-11-25T10:00:00Z", "2 hr. ago"],
  ["2026-11-28T12:00:00Z", "in 3 days"],
  ["no time", "no time"],
])("%s is %s", (utc, said) => {
  expect(relative(utc, NOW)).toBe(said);
});

test.each([
  [0.2, "1 s"],
  [45, "45 s"],
  [600, "10 min"],
  [7200, "2 h"],
])("%d seconds are %s", (seconds, said) => {
  expect(duration(seconds)).toBe(said);
});

test("numbers and nouns", () => {
  expect([count(0, "finding"), count(1, "finding"), count(12_345, "entry", "entries")]).toEqual([
    "0 findings",
    "1 finding",
    "12,345 entries",
  ]);
  expect([sentence("the Private Link Service"), sentence("")]).toEqual(["The Private Link Service", ""]);
});

test("a sweep names each subscription that it could not read", () => {
  expect(leftOutSentences({ unreadable: ["s"] })).toEqual([
    expect.stringContaining("Subscription s could not be read"),
  ]);
});

test("a sweep names each cluster that has to confirm", () => {
  expect(leftOutSentences({})).toEqual([]);
  expect(leftOutSentences({ awaited: ["one", "two"] })).toEqual([
    expect.stringContaining("Orphans of cluster one are due"),
    expect.stringContaining("Orphans of cluster two are due"),
  ]);
});

test("a sweep that was carried out states that it requested the list", () => {
  expect(leftOutSentences({ awaited: ["one"] })[0]).not.toContain("requested");
  expect(leftOutSentences({ awaited: ["one"], applied: [] })[0]).toContain("Mooring requested a list");
});
