import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AddressMap, Subnet } from "../../api/model.ts";
import { countKinds, KINDS, readCells } from "../../web/views/subnets/cells.ts";
import { emphasisOf } from "../../web/views/subnets/emphasis.ts";
import { filterSubnets } from "../../web/views/subnets/filterSubnets.ts";
import { planFigure } from "../../web/views/subnets/planFigure.ts";
import { planGrowth } from "../../web/views/subnets/planGrowth.ts";
import { usedAddresses } from "../../web/views/subnets/usedAddresses.ts";
import { anyPrefix, assigned, cellsOf, HOLDERS, prefixMap, claimed, sizes } from "./subnetMaps.ts";

function subnet(given: Partial<Subnet> = {}): Subnet {
  return {
    key: "k",
    id: "/subscriptions/s/vnet/subnets/apps",
    name: "apps",
    vnet: "vnet-shared",
    vnetId: "/Vnet-Shared",
    subscription: "s",
    prefixes: ["10.240.8.0/24"],
    delegations: [],
    plsNetworkPolicies: "Enabled",
    usable: 251,
    used: 100,
    unknown: 0,
    scannedAtUtc: "2026-01-02T03:04:05.000Z",
    history: [],
    ...given,
  };
}

describe("the list narrows", () => {
  const all = [
    subnet(),
    subnet({ name: "full", used: 250, forecast: { perDay: 1, fullOn: "2026-02-01" } }),
    subnet({
      name: "web",
      vnet: "vnet-solo",
      vnetId: "/vnet-solo",
      delegations: ["Microsoft.Web/serverFarms"],
    }),
  ];
  const none = { text: "", vnet: "", filling: "" };
  test.each<[string, Partial<typeof none>, string[]]>([
    ["to nothing without a filter", {}, ["apps", "full", "web"]],
    ["to a name", { text: "APP" }, ["apps"]],
    ["to a network and name", { text: "vnet-solo/web" }, ["web"]],
    ["to a delegation", { text: "serverfarms" }, ["web"]],
    ["to a prefix", { text: "10.240.8" }, ["apps", "full", "web"]],
    ["to a network, however it is written", { vnet: "/vnet-shared" }, ["apps", "full"]],
    ["to those that are nearly full", { filling: "full" }, ["full"]],
    ["to those that grow", { filling: "growing" }, ["full"]],
  ])("%s", (_, filter, expected) =>
    expect(filterSubnets(all, { ...none, ...filter }).map(({ name }) => name)).toEqual(expected),
  );
});

describe("the chart of how it fills", () => {
  const box = { width: 300, height: 100 };
  const history = [
    { date: "2026-01-01", used: 100 },
    { date: "2026-01-11", used: 150 },
    { date: "2026-01-21", used: 200 },
  ];

  test("begins with the second day", () => {
    expect(planGrowth(subnet({ history: history.slice(0, 1) }), box)).toBeUndefined();
  });

  test("without a forecast is what was, from side to side", () => {
    const chart = planGrowth(subnet({ history }), box);
    expect(chart?.past.map(({ x }) => x)).toEqual([0, 150, 300]);
    expect(chart?.ahead).toEqual([]);
    expect(chart?.lastDate).toBe("2026-01-21");
  });

  test("with one continues to the day when the subnet is full", () => {
    const forecast = { perDay: 5, fullOn: "2026-01-31" };
    const chart = planGrowth(subnet({ history, forecast, used: 200 }), box);
    const [from, to] = chart?.ahead ?? [];
    expect(from).toEqual(chart?.past.at(-1));
    expect(to?.x).toBe(300);
    expect(to?.y).toBeLessThanOrEqual(chart?.fullY ?? 0);
    expect(chart?.lastDate).toBe("2026-02-01");
  });

  test("a day that is far ahead is not looked for", () => {
    const chart = planGrowth(subnet({ history, forecast: { perDay: 0.01, fullOn: "2040-01-01" } }), box);
    expect(chart?.lastDate).toBe("2026-05-21");
  });

  test("stays in its box", () => {
    const used = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(used, fc.double({ min: -20, max: 20, noNaN: true }), (values, perDay) => {
        const days = values.map((value, n) => ({
          date: new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10),
          used: value,
        }));
        const chart = planGrowth(subnet({ history: days, forecast: { perDay } }), box);
        for (const { x, y } of [...(chart?.past ?? []), ...(chart?.ahead ?? [])]) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x).toBeLessThanOrEqual(300.001);
          expect(y).toBeGreaterThanOrEqual(0);
          expect(y).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});

describe("what is looked for", () => {
  test("is everything until something is", () => {
    expect(emphasisOf(cellsOf(), { kinds: [] })).toBeUndefined();
  });

  test("of a kind is each of that kind and nothing else", () => {
    fc.assert(
      fc.property(anyPrefix, fc.constantFrom(...KINDS), (prefix, kind) => {
        const cells = readCells(prefix, HOLDERS);
        const mask = emphasisOf(cells, { kinds: [kind] });
        expect(mask?.reduce((sum, one) => sum + one, 0)).toBe(countKinds(cells.kinds)[kind]);
      }),
    );
  });

  test("is what was found and is of a chosen kind", () => {
    const cells = cellsOf({ taken: [assigned(10), claimed(11)] });
    const mask = emphasisOf(cells, { kinds: ["claimed"], found: [10, 11] });
    expect([mask?.[10], mask?.[11], mask?.[12]]).toEqual([0, 1, 0]);
  });
});

test("taken addresses of every prefix are rows, also of those that are not drawn", () => {
  const map: AddressMap = {
    subnet: subnet(),
    holders: [...HOLDERS],
    prefixes: [
      prefixMap({ taken: [assigned(70)] }),
      prefixMap({ prefix: "fd00::/64", first: "fd00::", size: 2 ** 53 - 1, taken: [claimed(4)] }),
    ],
  };
  expect(usedAddresses(map).map(({ address, kind, holder }) => [address, kind, holder.name])).toEqual([
    ["10.240.8.70", "assigned", "kubernetes-internal/a1"],
    ["fd00::4", "claimed", "basket"],
  ]);
});

test("a map and its magnifier fit beside each other or beneath", () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 300, max: 2400 }), (size, width) => {
      const { layout, magnifierWidth, isBeside } = planFigure(size, width);
      expect(
        isBeside ? layout.width + magnifierWidth : Math.max(layout.width, magnifierWidth),
      ).toBeLessThanOrEqual(width);
    }),
  );
});
