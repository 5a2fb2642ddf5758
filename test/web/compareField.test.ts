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
    ["policy removes one", { declared: ["a", "b"], allowed: ["a"], actual: ["a"] }, ["same a", "narrowed b"]],
    [
      "policy removes one that Azure still has",
      { declared: ["a", "b"], allowed: ["a"], actual: ["a", "b"] },
      ["same a", "extra b"],
    ],
    [
      "all subscriptions, narrowed to a list",
      { declared: ["*"], allowed: ["a"], actual: ["*"] },
      ["extra *", "missing a"],
    ],
    ["nothing is declared", { actual: ["a"] }, ["unjudged a"]],
    ["a list that is declared empty", { declared: [], actual: ["a"] }, ["extra a"]],
    ["nothing at all", { declared: [], actual: [] }, []],
    ["twice the same", { declared: ["a", "A"], actual: ["a"] }, ["same a"]],
  ])("%s", (_, field, expected) => {
    expect(marks(field)).toEqual(expected);
  });

  it("lists the columns that contain an item", () => {
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
