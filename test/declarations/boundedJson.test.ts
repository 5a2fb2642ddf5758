/** Lists and reviews are parsed in bounded units of work, whatever their bytes are. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mapPaced } from "../../shared/core/paced.ts";
import { hasTooManyValues, MAX_VALUES, readJson, splitList } from "../../shared/declarations/jsonShape.ts";
import { readPage } from "../../shared/declarations/page.ts";
import { readWindow } from "../../shared/declarations/window.ts";

const each = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(",");
const listOf = (items: string) =>
  `{"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[${items}]}`;
const listing = { id: "s.1", sequence: 1, limit: 500, pages: 0, items: 0, identities: [] };

describe("a list that is split before it is parsed", () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const outer = fc.record({ kind: fc.string(), metadata: value, items: fc.array(value) });

  test("is what it is when it is parsed as one text", () =>
    fc.assert(
      fc.property(outer, fc.constantFrom(undefined, 1, "\t"), (list, space) => {
        const { head, items } = splitList(JSON.stringify(list, undefined, space), "it");
        expect({ ...(head as object), items: items.map((item) => JSON.parse(item)) }).toEqual(
          JSON.parse(JSON.stringify(list)),
        );
      }),
    ));

  test("is refused if and only if it is no JSON, or has a key twice", () => {
    const pieces = ['"items"', '"a"', ":", ",", "[", "]", "{", "}", "1", " ", '"\\"', "null"];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((all) => all.join(""));
    fc.assert(
      fc.property(text, (some) => {
        expect(outcome(() => readSplit(`{"items":[${some}]}`))).toEqual(
          outcome(() => readJson(`{"items":[${some}]}`, "it")),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

function readSplit(text: string): unknown {
  const { head, items } = splitList(text, "it");
  return { ...(head as object), items: items.map((item) => JSON.parse(item)) };
}

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return "refused";
  }
}

const HOSTILE: readonly (readonly [what: string, body: string])[] = [
  ["many empty objects", listOf(each(500_000, () => "{}"))],
  ["many texts in one item", listOf(`[${each(500_000, () => '"a"')}]`)],
  ["one item of many different keys", listOf(`{${each(150_000, (n) => `"k${n}":1`)}}`)],
  ["many keys beside the items", `{"items":[],${each(150_000, (n) => `"k${n}":1`)}}`],
  ["items that are spelled otherwise", String.raw`{"\u0069tems":[${each(150_000, () => "{}")}]}`],
  ["an array of other name", `{"metadata":[${each(150_000, () => "{}")}]}`],
];

test.each(HOSTILE)("%s are refused before they are parsed", async (_, body) => {
  const problem = await readPage(body, listing).catch((error: Error) => error.message);
  expect(problem).toMatch(/has more than \d+ values|more than the 500 Services/);
});

test("a line of a window has as many values as one object may have", () =>
  expect(readWindow(`{"a":[${each(MAX_VALUES, () => "1")}]}`, "1")).rejects.toThrow("values"));

test.each([
  [MAX_VALUES, false],
  [MAX_VALUES + 1, true],
])("a text of %i values has too many: %s", (values, expected) =>
  // One array, and a comma between two numbers each.
  expect(hasTooManyValues(`[${each(values, () => "1")}]`)).toBe(expected),
);

test("other work of the process runs while a page of 2 MiB is parsed", async () => {
  const texts = Array.from({ length: 500 }, () => `"${"x".repeat(4000)}"`);
  let turns = 0;
  const end = new AbortController();
  const other = (async () => {
    for (; !end.signal.aborted; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  })();
  const read = await mapPaced(texts, (text) => JSON.parse(text) as string);
  end.abort();
  await other;
  expect(read).toHaveLength(500);
  expect(turns).toBeGreaterThan(20);
});
