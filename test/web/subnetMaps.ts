/** Maps of subnets for tests, as the API gives them. */
import fc from "fast-check";
import type { Holder, PrefixMap } from "../../api/model.ts";
import { readCells, type Cells } from "../../web/views/subnets/cells.ts";

export const HOLDERS: readonly Holder[] = [
  {
    id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/kubernetes-internal/frontendIPConfigurations/a1",
    name: "kubernetes-internal/a1",
    kind: "frontend",
    service: "dev/shop/web",
  },
  { id: "dev/shop/basket", name: "basket", kind: "other", service: "dev/shop/basket" },
];

const SINCE = "2026-01-02T03:04:05.000Z";

/** Azure's own five, and everything else that is given. */
export function prefixMap(given: Partial<PrefixMap> = {}): PrefixMap {
  const size = given.size ?? 256;
  return {
    prefix: "10.240.8.0/24",
    first: "10.240.8.0",
    size,
    ranges: [
      { from: 0, to: Math.min(3, size - 1), kind: "azure", why: "kept by Azure" },
      { from: size - 1, to: size - 1, kind: "azure", why: "kept by Azure" },
    ],
    taken: [],
    ...given,
  };
}

export function cellsOf(given: Partial<PrefixMap> = {}): Cells {
  return readCells(prefixMap(given), HOLDERS);
}

export function assigned(offset: number): PrefixMap["taken"][number] {
  return [offset, 0, 0, SINCE];
}

export function claimed(offset: number): PrefixMap["taken"][number] {
  return [offset, 1, 1, SINCE];
}

/** Of a /30 to a /16. */
export const sizes = fc.integer({ min: 2, max: 16 }).map((bits) => 2 ** bits);

/** Any prefix of up to 4,096 addresses with ranges and taken addresses anywhere. */
export const anyPrefix = fc.integer({ min: 2, max: 12 }).chain((bits) => {
  const size = 2 ** bits;
  const offset = fc.integer({ min: 0, max: size - 1 });
  const range = fc
    .record({ from: offset, length: fc.integer({ min: 0, max: 40 }), excluded: fc.boolean() })
    .map(({ from, length, excluded }): PrefixMap["ranges"][number] => ({
      from,
      to: Math.min(size - 1, from + length),
      kind: excluded ? "excluded" : "azure",
      why: "kept",
    }));
  const taken = fc
    .uniqueArray(fc.tuple(offset, fc.boolean()), { selector: ([at]) => at, maxLength: 60 })
    .map((all) => all.toSorted(([a], [b]) => a - b).map(([at, held]) => (held ? assigned(at) : claimed(at))));
  return fc
    .record({ ranges: fc.array(range, { maxLength: 4 }), taken })
    .map((given) => prefixMap({ size, first: "10.240.0.0", prefix: `10.240.0.0/${32 - bits}`, ...given }));
});
