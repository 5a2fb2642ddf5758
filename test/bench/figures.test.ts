import { describe, expect, test } from "vitest";
import { isMet, quantile, ratioOf, type Figure } from "../../dev/bench/figures.ts";
import { renderLimits, renderPage } from "../../dev/bench/performancePage.ts";
import { merge, type Result } from "../../dev/bench/results.ts";
import { row } from "../../dev/bench/rows.ts";

const time: Figure = { name: "a scan", unit: "ms", ours: 30, floor: { what: "bare", value: 20 } };
const rate: Figure = { name: "decisions", unit: "/s", ours: 100, floor: { what: "bare", value: 300 } };

describe("a ratio is a cost", () => {
  test.each<[string, Figure, number | undefined]>([
    ["of time: ours over the floor's", time, 1.5],
    ["of a rate: the floor's over ours", rate, 3],
    ["none without a floor", { name: "x", unit: "ms", ours: 1 }, undefined],
  ])("%s", (_, figure, ratio) => expect(ratioOf(figure)).toBe(ratio));
});

describe("an aim is met", () => {
  test.each<[string, Figure, boolean | undefined]>([
    ["by a ratio that is as large", { ...time, aim: { ratio: 1.5 } }, true],
    ["not by a larger one", { ...time, aim: { ratio: 1.4 } }, false],
    ["not without the floor that it needs", { name: "x", unit: "ms", ours: 1, aim: { ratio: 9 } }, false],
    ["by less than the most", { ...time, aim: { value: 31 } }, true],
    ["by a rate of more than the least", { ...rate, aim: { value: 99 } }, true],
    ["not by a rate of less", { ...rate, aim: { value: 101 } }, false],
    ["or is not, where there is none", time, undefined],
  ])("%s", (_, figure, met) => expect(isMet(figure)).toBe(met));
});

test("a row shows everything of a figure with its units", () => {
  const peer = { what: "Pepr", value: 1234.5 };
  expect(row({ ...rate, peer, aim: { ratio: 2 } })).toEqual([
    "decisions",
    "100/s",
    "300/s (bare)",
    "1,235/s (Pepr)",
    "3.00",
    "≤ 2×",
    "missed",
  ]);
  expect(row({ name: "x", unit: "MiB", ours: 1.234, aim: { value: 200 } })).toEqual([
    "x",
    "1.23 MiB",
    "",
    "",
    "",
    "≤ 200 MiB",
    "met",
  ]);
});

test("a quantile is one of the values", () => {
  expect([0, 0.5, 0.99, 1].map((share) => quantile([3, 1, 2], share))).toEqual([1, 2, 3, 3]);
});

const result: Result = {
  atUtc: "2026-01-02T03:04:05.000Z",
  command: "npm run bench -- scan",
  seconds: 7,
  machine: "2 × one, 8 GiB, linux x64",
  node: "v24.0.0",
  load: 0.25,
  figures: [time],
};

test("what did not run now keeps its last result, in the order of the benchmarks", () => {
  const newer = { ...result, seconds: 8 };
  const all = merge({ sweep: result, scan: result, gone: result }, { scan: newer }, ["scan", "sweep"]);
  expect(Object.entries(all)).toEqual([
    ["scan", newer],
    ["sweep", result],
  ]);
});

test("the page has the benchmarks with machine, date and command; limits are on another page", () => {
  const results = { scan: result, limitsScan: { ...result, command: "npm run bench -- limitsScan" } };
  const page = renderPage(results);
  expect(page).toContain("## scan\n\n`npm run bench -- scan`, 2026-01-02, 7 s on 2 × one");
  expect(page).toContain("| a scan | 30 ms | 20 ms (bare) |");
  expect(page).not.toContain("limitsScan");
  expect(renderLimits(results)).toMatch(/^### limitsScan\n/);
});
