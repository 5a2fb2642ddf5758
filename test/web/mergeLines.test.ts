import { expect, test } from "vitest";
import { mergeLines, onlyChanged } from "../../web/ui/mergeLines.ts";

const drawn = (before: unknown, after: unknown) =>
  mergeLines(before, after).map(({ mark, text, depth }) => `${mark}${" ".repeat(depth)}${text}`);

test.each<[string, unknown, unknown, string[]]>([
  ["equal values are as they are", { a: 1 }, { a: 1 }, [" {", "  a: 1", " }"]],
  ["another value", { a: 1 }, { a: 2 }, [" {", "- a: 1", "+ a: 2", " }"]],
  ["a key that came", {}, { a: { b: true } }, [" {", "+ a: {", "+  b: true", "+ }", " }"]],
  ["a key that went", { a: null }, {}, [" {", "- a: null", " }"]],
  ["what was made", undefined, [1], ["+[", "+ 1", "+]"]],
  ["what was deleted", { a: 1 }, undefined, ["-{", "- a: 1", "-}"]],
  ["a list, by its values", ["x", "y"], ["y", "z"], [" [", '- "x"', '  "y"', '+ "z"', " ]"]],
  ["a list with one value twice, by place", [1, 1], [1], [" [", "  1", "- 1", " ]"]],
  [
    "a list of things, by their names",
    [{ name: "a", at: 1 }, { name: "b" }],
    [{ name: "b" }, { name: "a", at: 2 }],
    [" [", "  {", '   name: "a"', "-  at: 1", "+  at: 2", "  }", "  {", '   name: "b"', "  }", " ]"],
  ],
  ["another kind of value", { a: [1] }, { a: "1" }, [" {", "- a: [", "-  1", "- ]", '+ a: "1"', " }"]],
  ["nothing in it", { a: [], b: {} }, { a: [], b: {} }, [" {", "  a: []", "  b: {}", " }"]],
])("%s", (_, before, after, lines) => {
  expect(drawn(before, after)).toEqual(lines);
});

test("only what changed is kept, with what it stands in; the rest is a gap", () => {
  const before = { id: 1, tags: { a: 1 }, properties: { keep: 1, deep: { value: 1 } } };
  const after = { id: 1, tags: { a: 1 }, properties: { keep: 1, deep: { value: 2 } } };
  const lines = onlyChanged(mergeLines(before, after)).map((line) => line?.text ?? "…");
  expect(lines).toEqual(["{", "…", "properties: {", "…", "deep: {", "value: 1", "value: 2", "…"]);
});
