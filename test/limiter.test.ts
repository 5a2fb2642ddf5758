/** A key uses no more than its share, whatever it sends, and takes nothing of the others. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { HOST_BODY_BYTES } from "../functions/http.ts";
import { SHARES } from "../functions/fairShare.ts";
import { describe, expect, test } from "vitest";
import { createLimiter, type Limited } from "../shared/core/limiter.ts";

test("the documents state the share of a cluster", () => {
  const text = readFileSync("docs/platform/limits.md", "utf8");
  const rows = [...text.matchAll(/^\| (admission|lists)[^|]*\| (\d+) +\| (\d+) +\| (\d+) +\|$/gm)];
  expect(rows.map(([, , ...numbers]) => numbers.map(Number))).toEqual(
    [SHARES.admission, SHARES.declarations].map(({ atOnce, perSecond, burst }) => [atOnce, perSecond, burst]),
  );
});

test("the host refuses bodies that no function reads", () => {
  const [, bytes] =
    /FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '(\d+)'/.exec(readFileSync("infra/app/functionApp.bicep", "utf8")) ??
    [];
  expect(Number(bytes)).toBe(HOST_BODY_BYTES);
});

const LIMIT = { atOnce: 2, perSecond: 10, burst: 5 };

function limiting(limit = LIMIT) {
  const clock = { ms: 0 };
  return { clock, limiter: createLimiter(limit, () => clock.ms) };
}

const held = () => Promise.withResolvers<string>();
const outcome = async (one: Promise<Limited<unknown>>) => (await one).ok;

describe("a limiter", () => {
  test("refuses what is too much at the same time, until something ends", async () => {
    const { limiter } = limiting();
    const [first, second] = [held(), held()];
    const running = [first, second].map(({ promise }) => limiter.run("one", () => promise));
    expect(await limiter.run("one", async () => "third")).toEqual({ ok: false, retryAfterSeconds: 1 });
    first.resolve("first");
    expect(await running[0]).toEqual({ ok: true, value: "first" });
    expect(await limiter.run("one", async () => "third")).toEqual({ ok: true, value: "third" });
    second.resolve("second");
    expect(await running[1]).toEqual({ ok: true, value: "second" });
  });

  test("refuses work that is too fast, and returns when to retry", async () => {
    const { limiter, clock } = limiting({ ...LIMIT, perSecond: 0.5 });
    const ask = () => limiter.run("one", async () => "done");
    for (let count = 0; count < LIMIT.burst; count += 1) expect(await outcome(ask())).toBe(true);
    expect(await ask()).toEqual({ ok: false, retryAfterSeconds: 2 });
    clock.ms += 1500;
    expect(await ask()).toEqual({ ok: false, retryAfterSeconds: 1 });
    clock.ms += 500;
    expect(await outcome(ask())).toBe(true);
    expect(await outcome(ask())).toBe(false);
  });

  test("counts the units of the work, and more than a burst as a burst", async () => {
    const { limiter, clock } = limiting();
    const ask = (units: number) => limiter.run("one", async () => "done", units);
    expect(await outcome(ask(3))).toBe(true);
    expect(await outcome(ask(3))).toBe(false);
    expect(await outcome(ask(2))).toBe(true);
    expect(await ask(100)).toEqual({ ok: false, retryAfterSeconds: 1 });
    clock.ms += 500;
    expect(await outcome(ask(100))).toBe(true);
    expect(await outcome(ask(0))).toBe(true);
  });

  test("takes nothing of one key for another", async () => {
    const { limiter } = limiting();
    for (let count = 0; count < 100; count += 1) void limiter.run("one", () => held().promise);
    expect(await outcome(limiter.run("two", async () => "done"))).toBe(true);
  });

  test("does not count work that fails as running, and throws what it threw", async () => {
    const { limiter } = limiting({ ...LIMIT, burst: 100 });
    for (let count = 0; count < 10; count += 1)
      await expect(limiter.run("one", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await outcome(limiter.run("one", async () => "done"))).toBe(true);
  });

  test("forgets keys that use nothing", async () => {
    const { limiter, clock } = limiting();
    for (let count = 0; count < 10; count += 1) await limiter.run(`key ${count}`, async () => "done");
    expect(limiter.size()).toBe(10);
    clock.ms += 1000;
    await limiter.run("last", async () => "done");
    expect(limiter.size()).toBe(1);
  });

  test("never lets through more than the burst and the rate", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), async (pauses) => {
        const { limiter, clock } = limiting();
        let passed = 0;
        for (const pause of pauses) {
          clock.ms += pause;
          if (await outcome(limiter.run("one", async () => "done"))) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(LIMIT.burst + (clock.ms / 1000) * LIMIT.perSecond);
      }),
    ));
});
