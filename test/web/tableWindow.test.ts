import fc from "fast-check";
import { expect, test } from "vitest";
import { toItems } from "../../web/ui/tableItems.ts";
import { heightOf, inView } from "../../web/ui/tableWindow.ts";

const items = (count: number, groups = 0) =>
  toItems(
    Array.from({ length: count }, (_, index) => index),
    {
      keyOf: String,
      groupOf: groups > 0 ? (row) => `group ${row % groups}` : undefined,
      rowHeight: 40,
      groupHeight: 30,
    },
  );

test("items stand under each other without a gap", () => {
  const all = items(7, 3);
  expect(all.map(({ key }) => key)).toEqual([
    "group group 0", "0", "3", "6", "group group 1", "1", "4", "group group 2", "2", "5",
  ]); // prettier-ignore
  expect(all.map(({ top }) => top)).toEqual([0, 30, 70, 110, 150, 180, 220, 260, 290, 330]);
  expect(heightOf(all)).toBe(370);
  expect(heightOf([])).toBe(0);
});

test("every item that can be seen is drawn, and the active one; of the others only a few", () => {
  const views = fc.record({
    count: fc.nat(2000),
    groups: fc.nat(5),
    top: fc.nat(100_000),
    height: fc.integer({ min: 400, max: 1200 }),
    active: fc.nat(1999),
  });
  fc.assert(
    fc.property(views, ({ count, groups, top, height, active }) => {
      const all = items(count, groups);
      const at = Math.min(active, all.length - 1);
      const drawn = inView(all, { top, height, at });
      const seen = all.flatMap((item, index) =>
        item.top + item.height > top && item.top < top + height ? [index] : [],
      );
      expect(drawn).toEqual([...new Set(drawn)].sort((a, b) => a - b));
      expect(drawn).toEqual(expect.arrayContaining(at < 0 ? seen : [...seen, at]));
      expect(drawn.length).toBeLessThanOrEqual(seen.length + 15);
    }),
  );
});
