import { expect, test } from "vitest";
import { exitCodeOf } from "../../cli/changes.ts";

test.each([
  [0, 0, 0],
  [3, 3, 0],
  [0, 3, 1],
  [1, 3, 3],
])("%i of %i done is exit code %i", (done, of, code) => {
  expect(exitCodeOf({ done, of })).toBe(code);
});
