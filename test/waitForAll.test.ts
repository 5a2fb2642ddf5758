import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { scanInventory } from "../shared/inventory/scan.ts";
import { alongside, mapAtMost, waitForAll } from "../shared/core/waitForAll.ts";
import { memoryRun } from "./memory/run.ts";

/** Whether it has ended after all work that needs no external event has run. */
async function hasEnded(work: Promise<unknown>): Promise<boolean> {
  let isEnded = false;
  const ended = () => void (isEnded = true);
  work.then(ended, ended);
  for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
  return isEnded;
}

const refused = () => Promise.reject(new Error("refused"));

describe("waitForAll", () => {
  test("gives the results in order", async () => {
    expect(await waitForAll([1, Promise.resolve("two"), Promise.resolve([3])])).toEqual([1, "two", [3]]);
  });

  test("after a failure lets the others end, and throws the first one", async () => {
    const other = Promise.withResolvers<void>();
    const late = other.promise.then(() => Promise.reject(new Error("late")));
    const work = waitForAll([late, refused()]);
    expect(await hasEnded(work)).toBe(false);
    other.resolve();
    await expect(work).rejects.toThrow("refused");
  });
});

describe("mapAtMost", () => {
  test("gives the results in order, and never does more at the same time", async () => {
    let [now, most] = [0, 0];
    const results = await mapAtMost(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
      most = Math.max(most, (now += 1));
      await new Promise(setImmediate);
      now -= 1;
      return item * 2;
    });
    expect(results).toEqual([2, 4, 6, 8, 10, 12, 14]);
    expect(most).toBe(3);
  });

  test("starts nothing after a failure, and lets started work end", async () => {
    const second = Promise.withResolvers<void>();
    const started: number[] = [];
    const work = mapAtMost(2, [1, 2, 3, 4], async (item) => {
      started.push(item);
      await (item === 1 ? refused() : second.promise);
    });
    expect(await hasEnded(work)).toBe(false);
    second.resolve();
    await expect(work).rejects.toThrow("refused");
    expect(started).toEqual([1, 2]);
  });
});

test("alongside ends only after all started work, even if the work fails", async () => {
  const started = Promise.withResolvers<void>();
  const work = alongside([started.promise], refused);
  expect(await hasEnded(work)).toBe(false);
  started.reject(new Error("later"));
  await expect(work).rejects.toThrow("refused");
  expect(await alongside([refused()], async () => "done")).toBe("done");
});

test("after a scan has failed, nothing reads or logs", async () => {
  const lines: string[] = [];
  const tell = (line: string) => void lines.push(line);
  const run = memoryRun({ log: { debug: tell, info: tell, warn: tell, error: tell } });
  const interfaces = Promise.withResolvers<void>();
  const { network } = run;
  const read = network.interfaceUses.bind(network);
  network.interfaceUses = async function* (subscription) {
    await interfaces.promise;
    yield* read(subscription);
    run.log.info("read");
  };
  network.calls.failNext(new Error("ARM is unreachable"), { method: "subnets" });
  const scan = scanInventory(run);
  expect(await hasEnded(scan)).toBe(false);
  interfaces.resolve();
  await expect(scan).rejects.toThrow("ARM is unreachable");
  const [calls, told] = [network.calls.calls.length, lines.length];
  expect(lines).toContain("read");
  await hasEnded(Promise.resolve());
  expect([network.calls.calls.length, lines.length]).toEqual([calls, told]);
});

/**
 * The helper itself, and an admission, which must answer at its deadline whatever still runs.
 */
const EXCEPT = ["shared/core/waitForAll.ts", "functions/review.ts"];

test("Promise.all is used for modules alone: everything else may outlive its invocation", () => {
  const found = globSync("{shared,functions,api,cli}/**/*.ts").filter((path) => {
    // Whether a file exists is read from the file system asynchronously.
    const text = readFileSync(path, "utf8").replaceAll(
      /await stat\(\w+\)\.catch\(\(\) => undefined\);\n/g,
      "",
    );
    const isForModules = /Promise\.all\(\[\s*import\(/.test(text);
    return (text.includes("Promise.all(") && !isForModules) || text.includes(".catch(() => undefined);\n");
  });
  expect(found.filter((path) => !EXCEPT.includes(path))).toEqual([]);
});
