/** One language: no text uses a word of the glossary's left side (`dev/tools/words/glossary.ts`). */
import { describe, expect, test } from "vitest";
import { findWords, trackedFiles } from "../../dev/tools/words/find.ts";
import { GLOSSARY } from "../../dev/tools/words/glossary.ts";
import { textsOf } from "../../dev/tools/words/texts.ts";

/** Quote words of the left side: this file, and mutations that quote names of the sources. */
const QUOTES: readonly string[] = [
  "test/docs/glossary.test.ts",
  "test/orphans/removals/azure.ts",
  "test/orphans/removals/proofs.ts",
  "test/pls/access/removals.ts",
];

const wordsIn = (text: string) => GLOSSARY.flatMap(({ not }) => text.match(not) ?? []);

test("texts use the words of the field", () => {
  const files = trackedFiles().filter((file) => !QUOTES.includes(file));
  expect(findWords(files).map(({ file, line, word, use }) => `${file}:${line}: "${word}": ${use}`)).toEqual(
    [],
  );
});

describe("the glossary", () => {
  test.each([
    ["Somebody tells it.", ["tells", "Somebody"]],
    ["The Service is gone; its resource is so.", ["is so", "is gone"]],
    ["The grace period ends after a lifecycle of seven days.", []],
    ["Telephone numbers are unknown.", []],
  ])("finds in %j %j", (text, words) => {
    expect(wordsIn(text).toSorted()).toEqual(words.toSorted());
  });
});

describe("texts of a file", () => {
  test.each<[string, string, string, readonly (readonly [number, string])[]]>([
    [
      "comments and sentences of code, not names",
      "a.ts",
      'const a = "one";\n// why\nf("two words");',
      [
        [2, " why"],
        [3, "two words"],
      ],
    ],
    ["texts of elements", "a.tsx", "const a = <p>\n  All is fine</p>;", [[1, "\n  All is fine"]]],
    ["prose of pages, without code", "a.md", "Run `says`.\n```\nsays\n```", [[1, "Run `."]]],
    ["comments of scripts", "a.sh", "run # why\n", [[1, "why"]]],
    ["nothing of other files", "a.json", '{"a": "two words"}', []],
  ])("%s", (_, path, source, texts) => {
    expect(textsOf(path, source).map(({ line, text }) => [line, text])).toEqual(texts);
  });
});
