import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressAt, offsetOf, tailOf } from "../../web/views/subnets/address.ts";
import { changedCells, countKinds, isDrawn, kindAt, readCells } from "../../web/views/subnets/cells.ts";
import { columnLabels, labelStep, rowLabel, rowLabels } from "../../web/views/subnets/labels.ts";
import { boxOf, isDense, offsetAt, planLayout, writingOf } from "../../web/views/subnets/layout.ts";
import { targetOf, nextFree, nextUsed } from "../../web/views/subnets/movement.ts";
import { freeRuns, longestFreeRun, nearestFree } from "../../web/views/subnets/runs.ts";
import { anyPrefix, assigned, cellsOf, HOLDERS, prefixMap, claimed, sizes } from "./subnetMaps.ts";

const widths = fc.integer({ min: 240, max: 2400 });
const keys = fc.record({
  key: fc.constantFrom(
    ..."ArrowLeft ArrowRight ArrowUp ArrowDown PageUp PageDown Home End n p f F".split(" "),
  ),
  ctrlKey: fc.boolean(),
  shiftKey: fc.boolean(),
});

describe("addresses by offset", () => {
  test.each([
    ["10.240.0.0", 2118, "10.240.8.70"],
    ["10.0.0.0", 0, "10.0.0.0"],
    ["fd00:1::", 4, "fd00:1::4"],
  ])("%s + %i is %s, and back", (first, offset, address) => {
    expect(addressAt(first, offset)).toBe(address);
    expect(offsetOf(first, 65_536, address)).toBe(offset);
  });

  test.each(["10.239.255.255", "10.241.0.0", "10.240.8", "web", "", "fd00::4", "10.240.8.7x"])(
    "%j is not in it",
    (text) => expect(offsetOf("10.240.0.0", 65_536, text)).toBeUndefined(),
  );

  test("ends are one octet or two", () => {
    expect([tailOf("10.240.8.70", 1), tailOf("10.240.8.70", 2)]).toEqual([".70", ".8.70"]);
  });
});

describe("cells", () => {
  test("a holder takes precedence over a range, a reserved range over an excluded one", () => {
    const cells = cellsOf({
      ranges: [
        { from: 0, to: 3, kind: "azure", why: "kept by Azure" },
        { from: 2, to: 9, kind: "excluded", why: "nodes" },
      ],
      taken: [assigned(5), claimed(20)],
    });
    const kinds = [1, 3, 4, 5, 9, 10, 20].map((offset) => kindAt(cells, offset));
    expect(kinds.join(" ")).toBe("azure azure excluded assigned excluded free claimed");
  });

  test("counts add up to the size, and each is what is there", () => {
    fc.assert(
      fc.property(anyPrefix, (prefix) => {
        const cells = readCells(prefix, HOLDERS);
        const counts = countKinds(cells.kinds);
        expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(prefix.size);
        expect(counts.assigned + counts.claimed).toBe(prefix.taken.length);
      }),
    );
  });

  test("changed addresses are reported once, and none of another prefix", () => {
    const before = cellsOf({ taken: [assigned(10), claimed(11)] });
    expect(changedCells(before, cellsOf({ taken: [assigned(10), assigned(11), assigned(12)] }))).toEqual([
      11, 12,
    ]);
    expect(changedCells(before, cellsOf({ taken: [assigned(10), claimed(11)] }))).toEqual([]);
    expect(changedCells(before, cellsOf({ prefix: "10.9.0.0/24" }))).toEqual([]);
  });

  test("IPv6 and what is larger than a /16 are not drawn", () => {
    expect(isDrawn(prefixMap({ size: 65_536 }))).toBe(true);
    expect(isDrawn(prefixMap({ size: 131_072 }))).toBe(false);
    expect(isDrawn(prefixMap({ first: "fd00::", size: 256 }))).toBe(false);
  });
});

describe("layout", () => {
  test("the hit test inverts it: every point of every cell", () => {
    const share = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(
        sizes,
        widths,
        fc.record({ at: share, x: share, y: share }),
        (size, width, { at, x, y }) => {
          const layout = planLayout(size, width);
          const offset = Math.floor(at * size);
          const box = boxOf(layout, offset);
          const found = offsetAt(layout, box.x + x * layout.cellWidth, box.y + y * layout.cellHeight);
          expect(found).toBe(offset);
        },
      ),
      { numRuns: 400 },
    );
  });

  test("outside of the cells there is nothing", () => {
    fc.assert(
      fc.property(sizes, widths, (size, width) => {
        const layout = planLayout(size, width);
        const points = [
          [layout.left - 1, layout.top + 1],
          [layout.left + 1, layout.top - 1],
          [layout.width, layout.top + 1],
          [layout.left + 1, layout.height],
        ] as const;
        for (const [x, y] of points) expect(offsetAt(layout, x, y)).toBeUndefined();
      }),
    );
  });

  test("it fits where the width allows a pixel a cell, and begins rows at round addresses", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 290, max: 2400 }), (size, width) => {
        const layout = planLayout(size, width);
        expect(layout.width).toBeLessThanOrEqual(width);
        expect(Number.isInteger(Math.log2(layout.columns))).toBe(true);
        expect(layout.columns * layout.rows).toBe(size);
      }),
    );
  });

  test.each([
    ["a /28 on a desk", 16, 1100, [8, "octet and name", false]],
    ["a /28 on a phone", 16, 328, [4, "octet and name", false]],
    ["a /24 on a desk", 256, 1100, [32, "octet", false]],
    ["a /24 on a phone", 256, 328, [16, "nothing", false]],
    ["a /16 on a desk", 65_536, 1100, [256, "nothing", true]],
    ["a /16 on a phone", 65_536, 328, [256, "nothing", true]],
  ] as const)("%s", (_, size, width, expected) => {
    const layout = planLayout(size, width);
    expect([layout.columns, writingOf(layout), isDense(layout)]).toEqual(expected);
  });
});

describe("labels", () => {
  test("of a /16 the rows are third octets and the columns fourth ones", () => {
    const layout = planLayout(65_536, 1100);
    expect(rowLabel(layout, "10.240.0.0", 8)).toBe("10.240.8");
    expect(rowLabel(planLayout(65_536, 328), "10.240.0.0", 8)).toBe(".8");
    expect(columnLabels(layout).map(({ text }) => text)).toContain(".64");
    expect(rowLabels(layout, "10.240.0.0").map(({ index }) => index)).toContain(64);
  });

  test("of a smaller row they show its first address", () => {
    expect(rowLabels(planLayout(256, 1100), "10.240.8.0")[1]).toEqual({ index: 1, text: "10.240.8.32" });
    expect(rowLabels(planLayout(256, 328), "10.240.8.0")[1]).toEqual({ index: 1, text: ".16" });
    expect(rowLabels(planLayout(512, 328), "10.240.8.0")[16]).toEqual({ index: 16, text: ".9.0" });
  });

  test("they are never closer than the minimum, and never further apart than twice the minimum", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 10, max: 80 }), (cell, apart) => {
        const step = labelStep(cell, apart);
        expect(step * cell).toBeGreaterThanOrEqual(apart);
        if (step > 1) expect((step / 2) * cell).toBeLessThan(apart);
      }),
    );
  });
});

describe("keys", () => {
  test("never leave the map, wherever they are pressed", () => {
    fc.assert(
      fc.property(anyPrefix, widths, fc.array(keys, { maxLength: 30 }), (prefix, width, pressed) => {
        const cells = readCells(prefix, HOLDERS);
        const layout = planLayout(prefix.size, width);
        const end = pressed.reduce((at, key) => {
          const to = targetOf(cells, layout, at, key) ?? at;
          expect(to).toBeGreaterThanOrEqual(0);
          expect(to).toBeLessThan(prefix.size);
          return to;
        }, 0);
        expect(Number.isInteger(end)).toBe(true);
      }),
    );
  });

  const cells = cellsOf({ taken: [assigned(10), assigned(70), claimed(200)] });
  const layout = planLayout(256, 1100);
  test.each<[string, number, [key: string, modifier?: "ctrl" | "shift"], number | undefined]>([
    ["right is the next address", 40, ["ArrowRight"], 41],
    ["right at the end of a row goes on in the next", 31, ["ArrowRight"], 32],
    ["left at the first stays", 0, ["ArrowLeft"], 0],
    ["down is a row of 32", 40, ["ArrowDown"], 72],
    ["down in the last row stays", 250, ["ArrowDown"], 250],
    ["up in the first row stays", 5, ["ArrowUp"], 5],
    ["a page is an eighth of the rows", 40, ["PageDown"], 72],
    ["home is the start of the row", 40, ["Home"], 32],
    ["end is the end of the row", 40, ["End"], 63],
    ["with control the first", 40, ["Home", "ctrl"], 0],
    ["with control the last", 40, ["End", "ctrl"], 255],
    ["n is the next taken", 10, ["n"], 70],
    ["n after the last stays", 200, ["n"], 200],
    ["p is the one before", 70, ["p"], 10],
    ["f is the next free", 9, ["f"], 11],
    ["shift and f the one before", 11, ["F", "shift"], 9],
    ["control and f is the browser's", 11, ["f", "ctrl"], undefined],
    ["a tab is the page's", 11, ["Tab"], undefined],
  ])("%s", (_, at, [key, modifier], expected) => {
    const pressed = { key, ctrlKey: modifier === "ctrl", shiftKey: modifier === "shift" };
    expect(targetOf(cells, layout, at, pressed)).toBe(expected);
  });

  test("taken and free ones are found on both sides", () => {
    expect([
      nextUsed(cells, 69, 1),
      nextUsed(cells, 10, -1),
      nextFree(cells, 255, -1),
      nextFree(cells, 4, -1),
    ]).toEqual([70, undefined, 254, undefined]);
  });
});

describe("free runs", () => {
  test("cover what is free, apart from each other", () => {
    fc.assert(
      fc.property(anyPrefix, (prefix) => {
        const { kinds } = readCells(prefix, HOLDERS);
        const runs = freeRuns(kinds);
        expect(runs.reduce((sum, { length }) => sum + length, 0)).toBe(countKinds(kinds).free);
        for (const { from, length } of runs) {
          expect(kinds.subarray(from, from + length).every((kind) => kind === 0)).toBe(true);
          expect(kinds[from - 1] ?? 1).not.toBe(0);
          expect(kinds[from + length] ?? 1).not.toBe(0);
        }
      }),
    );
  });

  test("the longest is the first of them", () => {
    const { kinds } = cellsOf({ size: 16, taken: [assigned(7), assigned(11)] });
    expect(longestFreeRun(kinds)).toEqual({ from: 4, length: 3 });
    expect(longestFreeRun(new Uint8Array([1, 2, 3]))).toBeUndefined();
  });

  test("nearest is no farther than any other", () => {
    fc.assert(
      fc.property(anyPrefix, fc.double({ min: 0, max: 0.999, noNaN: true }), (prefix, share) => {
        const cells = readCells(prefix, HOLDERS);
        const at = Math.floor(share * prefix.size);
        const found = nearestFree(cells, at);
        const free = [...cells.kinds.keys()].filter((offset) => cells.kinds[offset] === 0);
        const least = Math.min(...free.map((offset) => Math.abs(offset - at)));
        expect(found === undefined ? Infinity : Math.abs(found - at)).toBe(least);
      }),
    );
  });
});
