import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { UsageRow } from "../../shared/audit/auditRun.ts";
import { forecast, listUsage, recordUsage } from "../../shared/audit/usage.ts";
import { subnetId } from "../builders/world.ts";
import { memoryRun } from "../memory/run.ts";

const DAY = 86_400;
const NOW = "2026-11-23T12:00:00.000Z";
const daysAgo = (days: number) => new Date(Date.parse(NOW) - days * DAY * 1000).toISOString().slice(0, 10);
const row = (days: number, used: number, usable = 251): UsageRow => ({ date: daysAgo(days), used, usable });

describe("how full a subnet will be", () => {
  test.each<[string, UsageRow[], ReturnType<typeof forecast>]>([
    ["no forecast with less than three days", [row(1, 10), row(0, 20)], undefined],
    [
      "ten more a day",
      [row(2, 10), row(1, 20), row(0, 30)],
      { perDay: 10, fullOn: "2026-12-16", isSoon: true },
    ],
    ["days without a row were as the day before", [row(2, 10), row(0, 10)], { perDay: 0, isSoon: false }],
    ["fewer every day", [row(2, 30), row(1, 20), row(0, 10)], { perDay: -10, isSoon: false }],
    [
      "full already",
      [row(2, 251), row(1, 251), row(0, 251)],
      { perDay: 0, fullOn: "2026-11-23", isSoon: true },
    ],
    [
      "what was long ago does not count",
      [row(100, 0), row(60, 240), row(0, 240)],
      { perDay: 0, isSoon: false },
    ],
    [
      "foreseeable, but not soon",
      [row(29, 100), row(15, 101), row(0, 102)],
      { perDay: expect.closeTo(0.07, 1), fullOn: expect.stringMatching(/^203\d-/), isSoon: false },
    ],
  ])("%s", (_, rows, expected) => {
    expect(forecast(rows, NOW)).toEqual(expected);
  });

  test("any linear growth is found, and rows without a change do not alter it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 3, max: 30 }),
        fc.integer({ min: 1, max: 100_000 }),
        (base, perDay, days, left) => {
          const last = base + perDay * (days - 1);
          const rows = Array.from({ length: days }, (_, n) =>
            row(days - 1 - n, base + perDay * n, last + left),
          );
          const found = forecast(rows, NOW);
          expect(found?.perDay).toBeCloseTo(perDay, 6);
          const inDays = Math.ceil(left / (found?.perDay ?? 0));
          expect(found?.fullOn).toBe(inDays > 3650 ? undefined : daysAgo(-inDays));
        },
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 251 }), { minLength: 3, maxLength: 30 }), (used) => {
        const every = used.map((one, n) => row(used.length - 1 - n, one));
        const changes = every.filter((one, n) => one.used !== every[n - 1]?.used);
        expect(forecast(changes, NOW)).toEqual(forecast(every, NOW));
      }),
    );
  });
});

describe("use is kept by the day", () => {
  const id = subnetId("apps");
  const record = (run: ReturnType<typeof memoryRun>, used: number) =>
    recordUsage(run, { subnetId: id, used, usable: 251 });

  test("the most of a day, and nothing when nothing changed", async () => {
    const run = memoryRun();
    await record(run, 10);
    await record(run, 12);
    await record(run, 11);
    expect(await listUsage(run, id)).toEqual([{ date: "2026-11-23", used: 12, usable: 251 }]);
    run.clock.advance(DAY);
    const writes = run.tables.usage.calls.count("transact");
    await record(run, 12);
    expect(run.tables.usage.calls.count("transact")).toBe(writes);
    expect(await record(run, 9)).toEqual([
      { date: "2026-11-23", used: 12, usable: 251 },
      { date: "2026-11-24", used: 9, usable: 251 },
    ]);
  });

  test("what is older than four hundred days goes", async () => {
    const run = memoryRun();
    await record(run, 1);
    run.clock.advance(401 * DAY);
    await record(run, 2);
    expect((await listUsage(run, id)).map(({ used }) => used)).toEqual([2]);
  });
});
