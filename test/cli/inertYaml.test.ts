import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { inertYaml } from "../../cli/inertYaml.ts";
import { HOSTILE } from "../security/hostile.ts";

const HIDDEN = /[\p{Cf}\p{Cs}\u2028\u2029]|(?!\n)\p{Cc}/u;

test.each(HOSTILE)("$what reads as it was, as value and as key, and is not to be seen", ({ text }) => {
  const yaml = inertYaml({ list: [text], [text]: { deep: text } });
  expect(yaml).not.toMatch(HIDDEN);
  expect(parse(yaml)).toEqual({ list: [text], [text]: { deep: text } });
});

test("whatever the value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (some) => {
      // JSON has no negative zero.
      const value: unknown = JSON.parse(JSON.stringify(some));
      const yaml = inertYaml(value);
      expect(yaml).not.toMatch(HIDDEN);
      expect(parse(yaml)).toEqual(value);
    }),
    { seed: 7, numRuns: 500 },
  );
});
