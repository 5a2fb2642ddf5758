import { describe, expect, it } from "vitest";
import { compareField, type Field } from "../../web/views/pls/compareField.ts";

const marks = (field: Partial<Field>) =>
  compareField({ field: "visibility", actual: [], differs: false, managed: true, ...field }).map(
    ({ text, mark }) => `${mark} ${text}`,
  );

describe("a field as declared, as policy leaves it, and as it is", () => {
  it.each<[string, Partial<Field>, string[]]>([
    ["equal sets", { declared: ["a", "b"], actual: ["b", "a"] }, ["same a", "same b"]],
    ["the case does not matter", { declared: ["AB"], actual: ["ab"] }, ["same ab"]],
    ["one too few", { declared: ["a", "b"], actual: ["a"] }, ["same a", "missing b"]],
    ["one too many", { declared: ["a"], actual: ["a", "c"] }, ["same a", "extra c"]],
    [
      "policy takes one away",
      { declared: ["a", "b"], allowed: ["a"], actual: ["a"] },
      ["same a", "narrowed b"],
    ],
    [
      "what policy takes away and is there all the same",
      { declared: ["a", "b"], allowed: ["a"], actual: ["a", "b"] },
      ["same a", "extra b"],
    ],
    [
      "everybody, narrowed to a list",
      { declared: ["*"], allowed: ["a"], actual: ["*"] },
      ["extra *", "missing a"],
    ],
    ["nobody declares anything", { actual: ["a"] }, ["unjudged a"]],
    ["a list that shall be empty", { declared: [], actual: ["a"] }, ["extra a"]],
    ["nothing at all", { declared: [], actual: [] }, []],
    ["twice the same", { declared: ["a", "A"], actual: ["a"] }, ["same a"]],
  ])("%s", (_, field, expected) => {
    expect(marks(field)).toEqual(expected);
  });

  it("says in which columns an item stands", () => {
    const [item] = compareField({
      field: "visibility",
      declared: ["a"],
      allowed: [],
      actual: ["a"],
      differs: true,
      managed: true,
    });
    expect(item).toEqual({ text: "a", declared: true, allowed: false, actual: true, mark: "extra" });
  });
});
