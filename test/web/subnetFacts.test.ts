import { describe, expect, test } from "vitest";
import { factsOf, sentenceOf } from "../../web/views/subnets/facts.ts";
import { findMatches, ofHolder } from "../../web/views/subnets/matches.ts";
import { daysBetween, fullnessOf, linePath, linePoints, percentText } from "../../web/views/subnets/usage.ts";
import { assigned, cellsOf, HOLDERS, claimed } from "./subnetMaps.ts";

const cells = cellsOf({
  ranges: [
    { from: 0, to: 3, kind: "azure", why: "reserved by Azure" },
    { from: 100, to: 120, kind: "excluded", why: "nodes of dev" },
  ],
  taken: [assigned(70), assigned(101), claimed(200)],
});

test.each([
  ["free", 9, "10.240.8.9, Free"],
  ["reserved by Azure", 0, "10.240.8.0, Azure-reserved, reserved by Azure"],
  ["excluded", 100, "10.240.8.100, Excluded, nodes of dev"],
  [
    "assigned",
    70,
    "10.240.8.70, Assigned to load balancer frontend kubernetes-internal/a1, for Service dev/shop/web, since 2026-01-02",
  ],
  ["claimed", 200, "10.240.8.200, Claimed by Service dev/shop/basket, since 2026-01-02"],
  [
    "assigned in an excluded range",
    101,
    "10.240.8.101, Assigned to load balancer frontend kubernetes-internal/a1, for Service dev/shop/web, since 2026-01-02, nodes of dev",
  ],
])("an address that is %s is described in a sentence", (_, offset, expected) =>
  expect(sentenceOf(factsOf(cells, offset), (utc) => utc.slice(0, 10))).toBe(expected),
);

describe("search", () => {
  test.each([
    ["a complete address, also a free one", "10.240.8.9", [9]],
    ["spaces around it", "  10.240.8.70 ", [70]],
    ["the end of an address", "8.70", [70]],
    ["an octet that several have", ".101", [101]],
    ["a Service", "shop/web", [70, 101]],
    ["a Service that only claimed", "BASKET", [200]],
    ["a resource", "loadBalancers/kubernetes-internal", [70, 101]],
    ["nothing that is here", "10.9.9.9", []],
    ["nothing at all", " ", []],
  ])("finds %s", (_, text, expected) => expect(findMatches(cells, text)).toEqual(expected));

  test("finds all of a holder", () => expect(ofHolder(cells, HOLDERS[0]?.id ?? "")).toEqual([70, 101]));
});

describe("usage", () => {
  test.each([
    [0, 251, "0 %", "good"],
    [1, 251, "< 1 %", "good"],
    [201, 251, "80 %", "warn"],
    [250, 251, "99 %", "error"],
    [251, 251, "100 %", "error"],
    [0, 0, "100 %", "error"],
  ] as const)("%i of %i is %s", (used, usable, text, fullness) => {
    expect([percentText({ used, usable }), fullnessOf({ used, usable })]).toEqual([text, fullness]);
  });

  test("a line goes from the left to the right, the most at the top", () => {
    const points = linePoints([0, 5, 10], 10, { width: 20, height: 8 });
    expect(linePath(points)).toBe("M0 8L10 4L20 0");
    expect(linePath([])).toBe("");
  });

  test("days are full days, also across a daylight saving change", () => {
    expect(daysBetween("2026-03-28", "2026-03-31")).toBe(3);
  });
});
