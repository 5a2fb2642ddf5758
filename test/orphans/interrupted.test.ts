/** Whatever interrupts a sweep, and whatever is not known: properties over many runs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createApply } from "../../shared/changes/apply.ts";
import type { Link, LoadBalancer } from "../../shared/network/model.ts";
import { listQuarantine } from "../../shared/orphans/quarantine.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import { applyPolicy } from "../../shared/applyPolicy.ts";
import {
  balancer,
  balancerBody,
  cluster,
  connection,
  declared,
  feed,
  intent,
  link,
  linkBody,
  linkIntent,
  managedCluster,
  NOW,
} from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

const ITEM = { what: "orphans", id: "all", why: "timer", seenAtUtc: NOW, correlationId: "c" };
const DAY = 24 * 3600;
let run: MemoryRun;

/** Its managed cluster was deleted with its nodes; its load balancer and its link, with a dead connection, were not. */
async function deadCluster(): Promise<MemoryRun> {
  const made = memoryRun();
  await made.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await made.tables.declarations.transact("one", [
    { do: "put", key: "shop/web", value: declared({ intent: intent({ link: linkIntent() }) }) },
  ]);
  place(made, [deserted()], [link({ connections: [connection({ status: "Disconnected" })] })]);
  return made;
}

/** No nodes are left in its pools. */
const deserted = (some: Parameters<typeof balancer>[0] = {}) => balancer({ pools: [], ...some });

function place(made: MemoryRun, balancers: LoadBalancer[], links: Link[]): void {
  made.network.balancers = balancers;
  made.network.allLinks = links;
  const properties = { provisioningState: "Succeeded" };
  for (const one of balancers) made.resources.place(one.id, balancerBody(one));
  for (const one of links) made.resources.place(one.id, linkBody(one));
  for (const { id, status } of links.flatMap(({ connections }) => connections))
    made.resources.place(id, {
      properties: { ...properties, privateLinkServiceConnectionState: { status } },
    });
}

const enforce = (some: object = {}) =>
  applyPolicy(run, { modes: { sweep: "enforce" }, maxDeletePercent: 100, ...some });
const sweep = async () =>
  (await sweepOrphans(run, createApply(run.resources), ITEM)).map(({ change, outcome, why }) =>
    [outcome, change.resourceId.split("/").at(-1), ...(why ? [why] : [])].join(" "),
  );
const quarantined = async () =>
  (await listQuarantine(run)).map(({ kind, deleteAfterUtc }) => `${kind} until ${deleteAfterUtc}`);

/** The fake network forgets what the fake ARM deleted. */
function settle(): void {
  run.network.balancers = run.network.balancers.filter(({ id }) => run.resources.bodyOf(id));
  run.network.allLinks = run.network.allLinks
    .filter(({ id }) => run.resources.bodyOf(id))
    .map((one) => ({ ...one, connections: one.connections.filter(({ id }) => run.resources.bodyOf(id)) }));
}

test("a sweep that is interrupted anywhere ends, when run again, in the same world", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("read", "locks", "remove"),
      fc.integer({ min: 0, max: 8 }),
      fc.boolean(),
      async (method, after, lost) => {
        run = await deadCluster();
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
          settle();
          run.clock.advance(1000);
        }
        expect([run.network.balancers, run.network.allLinks, await quarantined()]).toEqual([[], [], []]);
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
        run = await deadCluster();
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
        // Azure itself says that its endpoint is gone.
        expect(removed.filter((id) => id !== connection().id)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});
