/** Whatever interrupts a sweep, and whatever cannot be read: properties over many runs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  DAY,
  deletedCluster,
  enforceSweep,
  quarantineOf,
  settle,
  swept,
} from "../builders/deletedCluster.ts";
import { connection, feed, managedCluster, NOW } from "../builders/world.ts";
import { type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;

const enforce = (some: object = {}) => enforceSweep(run, some);
const sweep = () => swept(run);
const quarantined = () => quarantineOf(run);

test("a sweep that is interrupted anywhere ends, when run again, in the same world", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("read", "locks", "remove"),
      fc.integer({ min: 0, max: 8 }),
      fc.boolean(),
      async (method, after, lost) => {
        run = await deletedCluster();
        await enforce();
        await sweep();
        run.clock.advance(8 * DAY);
        let calls = 0;
        const original = run.resources[method].bind(run.resources) as (
          ...args: unknown[]
        ) => Promise<unknown>;
        Object.assign(run.resources, {
          [method]: async (...args: unknown[]) => {
            if ((calls += 1) !== after + 1) return original(...args);
            if (lost) await original(...args);
            throw new Error("crash");
          },
        });
        for (let round = 0; round < 6; round += 1) {
          await sweep().catch(() => undefined);
          settle(run);
          run.clock.advance(1000);
        }
        expect([run.network.balancers, run.network.allPrivateLinkServices, await quarantined()]).toEqual([
          [],
          [],
          [],
        ]);
      },
    ),
    { numRuns: 40 },
  );
});

test("nothing is ever deleted of a cluster that is there and declares it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        stale: fc.boolean(),
        reports: fc.boolean(),
        unreadable: fc.boolean(),
        days: fc.integer({ min: 0, max: 30 }),
      }),
      async ({ stale, reports, unreadable, days }) => {
        run = await deletedCluster();
        await enforce({ sweepGraceSeconds: 0 });
        run.network.clusters = [managedCluster()];
        if (reports)
          await run.tables.feeds.transact("all", [
            {
              do: "put",
              key: "one",
              value: feed({ atUtc: stale ? "2026-01-01T00:00:00.000Z" : NOW }),
            },
          ]);
        if (unreadable)
          run.network.calls.failNext(new Error("403"), { method: "managedCluster", times: 100 });
        for (let round = 0; round < 3; round += 1) {
          await sweep().catch(() => undefined);
          run.clock.advance(days * DAY);
        }
        const removed = run.resources.calls.calls
          .filter(([method]) => method === "remove")
          .map(([, id]) => id);
        // Azure itself reports that its endpoint was deleted.
        expect(removed.filter((id) => id !== connection().id)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});
