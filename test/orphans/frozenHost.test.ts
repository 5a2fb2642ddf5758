/** A host is frozen in the middle of a sweep, loses its lease, and continues hours later: it must not write what it read before. */
import { beforeEach, expect, test } from "vitest";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { createApply } from "../../shared/changes/apply.ts";
import { Superseded } from "../../shared/core/errors.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { Estate } from "./estate.ts";

const HOUR = 3600;
const ITEM = { what: "orphans", id: "all", why: "test", seenAtUtc: "", correlationId: "c" };
/** Frontend of s2, on the load balancer of cluster two. */
const FRONTEND = baseName("00000002-0000-4000-8000-000000000000");

let estate: Estate;
beforeEach(async () => {
  estate = new Estate();
  await estate.begin(["one", "two"]);
  await applyPolicy(estate.run, {
    modes: { sweep: "enforce" },
    sweepGraceSeconds: 6 * HOUR,
    maxDeletesPerRun: 1000,
    maxDeletesPerDay: 1000,
    maxDeletePercent: 100,
  });
  for (const n of [0, 0, 1, 1, 1]) await estate.make(n, false, true);
  await lists();
});

async function lists(): Promise<void> {
  for (const n of [0, 1, 0, 1]) await estate.list(n);
}

/** Returns the error that it ended with, if any: it may wait for the next report. */
async function sweep(on: Run = estate.run): Promise<unknown> {
  const sent = sweepOrphans(on, createApply(estate.run.resources), ITEM);
  return sent.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Another host, which is frozen when it has read everything and is about to do this for the first time. */
function frozenHost(on: "demand its lease" | "write the quarantine") {
  const [reached, thawed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { ports } = estate.run;
  const freeze = <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) => {
    return async (...args: Args): Promise<T> => {
      reached.resolve();
      await thawed.promise;
      return call(...args);
    };
  };
  const { leases, tables } = ports;
  const { quarantine } = tables;
  const [acquire, release] = [leases.acquire.bind(leases), leases.release.bind(leases)];
  const [get, list] = [quarantine.get.bind(quarantine), quarantine.list.bind(quarantine)];
  const frozen = {
    "demand its lease": { leases: { acquire, release, renew: freeze(leases.renew.bind(leases)) } },
    "write the quarantine": {
      tables: {
        ...tables,
        quarantine: { get, list, transact: freeze(quarantine.transact.bind(quarantine)) },
      },
    },
  };
  const done = sweep({ ...estate.run, ports: { ...ports, ...frozen[on] } });
  return { reached: reached.promise, thaw: thawed.resolve, done };
}

function frontendsOfTwo(): string[] {
  const { network, resources } = estate.run;
  const id = network.balancers.find((one) => one.id.includes("MC_two"))?.id ?? "";
  const { properties } = resources.bodyOf(id) as any;
  return properties.frontendIPConfigurations.map(({ name }: { name: string }) => name);
}

function isInQuarantine(): boolean {
  return estate.run.tables.quarantine.all().some(({ resourceId }) => resourceId.endsWith(FRONTEND));
}

/** The lease of a frozen host expires; a new Service uses the frontend for three hours and is deleted: the grace period begins again. */
async function useAgain(): Promise<void> {
  estate.run.clock.advance(HOUR / 2);
  await estate.share(2, false, { by: "address", seen: true });
  await lists();
  await sweep();
  expect(isInQuarantine()).toBe(false);
  estate.run.clock.advance(3 * HOUR);
  const user = estate.pick(0, ({ name }) => name === "s5");
  if (user) user.alive = false;
  for (let n = 0; n < 2; n += 1) {
    await lists();
    await sweep();
  }
  expect(isInQuarantine()).toBe(true);
}

test.each(["demand its lease", "write the quarantine"] as const)(
  "a host that is frozen when it is about to %s does not shorten the grace period of a frontend that was used meanwhile",
  async (moment) => {
    estate.run.clock.advance(HOUR);
    estate.end(2, false);
    for (let n = 0; n < 2; n += 1) {
      await lists();
      await sweep();
    }
    estate.run.clock.advance(5 * HOUR);
    await lists();
    const host = frozenHost(moment);
    await host.reached;
    await useAgain();
    const rows = estate.run.tables.quarantine.all();
    host.thaw();
    expect(await host.done).toBeInstanceOf(Superseded);
    expect(estate.run.tables.quarantine.all()).toEqual(rows);
    estate.run.clock.advance(600);
    for (let n = 0; n < 4; n += 1) {
      await lists();
      await sweep();
    }
    expect(frontendsOfTwo()).toContain(FRONTEND);
  },
);
