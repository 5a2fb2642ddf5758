import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { KINDS } from "../../web/views/subnets/cells.ts";

const WEB = `${import.meta.dirname}/../../web`;
const STYLES = ["ui/tokens.css", "views/subnets/map.css"]
  .map((path) => readFileSync(`${WEB}/${path}`, "utf8"))
  .join("\n");

/** Both themes of a custom property, through those that it refers to. */
function colours(name: string): readonly [light: string, dark: string] {
  const value = new RegExp(`^\\s*--${name}: (.+);$`, "m").exec(STYLES)?.[1] ?? "";
  const referred = /^var\(--(.+)\)$/.exec(value)?.[1];
  if (referred !== undefined) return colours(referred);
  const [, light = "", dark = ""] = /^light-dark\((#\w{6}), (#\w{6})\)$/.exec(value) ?? [];
  return [light, dark];
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe.each([
  ["light", 0],
  ["dark", 1],
] as const)("in the %s theme", (_, theme) => {
  const colour = (name: string) => colours(name)[theme];

  test.each(KINDS)("text on %s can be read", (kind) => {
    expect(contrast(colour(`map-${kind}-ink`), colour(`map-${kind}`))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["assigned", "claimed", "azure", "hatch"])("%s stands out from what is free", (kind) => {
    expect(contrast(colour(`map-${kind}`), colour("map-free"))).toBeGreaterThanOrEqual(3);
  });

  test("kinds differ in lightness, for those who do not see the hue", () => {
    const solid = ["free", "assigned", "claimed", "azure"];
    for (const one of solid)
      for (const other of solid)
        if (one !== other)
          expect(contrast(colour(`map-${one}`), colour(`map-${other}`))).toBeGreaterThan(1.2);
  });

  test("rings stand out from the page", () => {
    expect(contrast(colour("map-mark"), colour("map-background"))).toBeGreaterThanOrEqual(3);
    expect(contrast(colour("map-text"), colour("map-background"))).toBeGreaterThanOrEqual(3);
  });
});
