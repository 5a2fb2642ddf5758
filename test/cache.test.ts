import { expect, test } from "vitest";
import { createCache } from "../shared/core/cache.ts";

function counting() {
  let [loads, nowMs] = [0, 0];
  const cache = createCache<number>(5, () => new Date(nowMs));
  const get = (key: string) => cache.get(key, async () => (loads += 1));
  return { get, loads: () => loads, wait: (seconds: number) => (nowMs += seconds * 1000) };
}

test("a value is loaded once, and again when it is old", async () => {
  const { get, wait } = counting();
  expect([await get("a"), await get("a"), await get("b")]).toEqual([1, 1, 2]);
  wait(6);
  expect(await get("a")).toBe(3);
});

test("a failure is not kept", async () => {
  const cache = createCache<string>(5, () => new Date(0));
  await expect(cache.get("a", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await cache.get("a", async () => "back")).toBe("back");
});

test("above the maximum number of keys the oldest are removed", async () => {
  const { get, loads } = counting();
  for (let n = 0; n < 6000; n += 1) await get(`made up ${n}`);
  await get("made up 5999");
  expect(loads()).toBe(6000);
  await get("made up 0");
  expect(loads()).toBe(6001);
});
