import { expect, test } from "vitest";
import { filterProblems, unknownName } from "../shared/core/filters.ts";

test.each<[value: string, known: string[], problem: string | undefined]>([
  ["aks-one", ["aks-one"], undefined],
  ["AKS-One", ["aks-one"], undefined],
  ["aks-onr", ["aks-one", "aks-two"], "there is no cluster aks-onr; did you mean aks-one?"],
  ["prod", ["aks-one", "aks-two"], "there is no cluster prod; available: aks-one, aks-two"],
  ["prod", ["aks-one"], "there is no cluster prod; available: aks-one"],
  ["prod", ["f", "e", "d", "c", "b", "a"], "there is no cluster prod; available: a, b, c, d, e and 1 more"],
  ["prod", [], "there is no cluster prod; none exist"],
  ["none", ["one"], "there is no cluster none; did you mean one?"],
  ["tset", ["test"], "there is no cluster tset; did you mean test?"],
  ["two", ["foo"], "there is no cluster two; available: foo"],
  ["x", ["y", "ab"], "there is no cluster x; available: ab, y"],
  ["", ["aks-one"], "there is no cluster ; available: aks-one"],
])("'%s' among %j", (value, known, problem) => {
  expect(unknownName(value, "cluster", known)).toBe(problem);
});

test("valid values are read only for filters that are used", async () => {
  const known = () => Promise.reject(new Error("not needed"));
  expect(await filterProblems([{ name: "cluster", value: undefined, noun: "cluster", known }])).toEqual([]);
  await expect(filterProblems([{ name: "cluster", value: "x", noun: "cluster", known }])).rejects.toThrow();
});
