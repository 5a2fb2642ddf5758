import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Token } from "../../shared/declarations/clusterModel.ts";
import { isTokenOf, makeToken, rotated } from "../../shared/declarations/token.ts";
import { cluster } from "../builders/world.ts";

const at = (minutes: number) => new Date(Date.parse("2026-11-23T12:00:00.000Z") + minutes * 60_000);

describe("a token", () => {
  const { secret, token } = makeToken(at(0));
  test.each<[string, Token[], string, number, boolean]>([
    ["is good", [token], secret, 0, true],
    ["is good beside another", [makeToken(at(1)).token, token], secret, 1, true],
    ["is good until its end", [{ ...token, endsAtUtc: at(10).toISOString() }], secret, 9, true],
    ["is none from its end on", [{ ...token, endsAtUtc: at(10).toISOString() }], secret, 10, false],
    ["is not its hash", [token], token.hash, 0, false],
    ["is not empty", [token], "", 0, false],
    ["of a cluster without tokens is none", [], "", 0, false],
  ])("%s", (_, tokens, given, minutes, expected) =>
    expect(isTokenOf(cluster({ tokens }), given, at(minutes))).toBe(expected),
  );

  test("of an unknown cluster is none", () => expect(isTokenOf(undefined, "", at(0))).toBe(false));
});

test("after any rotations at most two tokens are good: the newest, and the one before it within its overlap", () => {
  const rotation = fc.record({
    after: fc.integer({ min: 1, max: 60 }),
    overlap: fc.integer({ min: 0, max: 90 }),
  });
  fc.assert(
    fc.property(
      fc.array(rotation, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 120 }),
      (rotations, later) => {
        let minutes = 0;
        const first = makeToken(at(0));
        let tokens: Token[] = [first.token];
        const made = [{ secret: first.secret, endsAt: Infinity }];
        for (const { after, overlap } of rotations) {
          minutes += after;
          const next = makeToken(at(minutes));
          tokens = rotated(tokens, next.token, { now: at(minutes), endsAt: at(minutes + overlap) });
          for (const one of made.slice(0, -1)) one.endsAt = Math.min(one.endsAt, minutes);
          const previous = made.at(-1);
          if (previous) previous.endsAt = minutes + overlap;
          made.push({ secret: next.secret, endsAt: Infinity });
        }
        const now = minutes + later;
        const good = made.map(({ secret }) => isTokenOf(cluster({ tokens }), secret, at(now)));
        expect(good).toEqual(made.map(({ endsAt }) => endsAt > now));
        expect(tokens.length).toBeLessThanOrEqual(2);
      },
    ),
    { numRuns: 50 },
  );
});
