/** A host is frozen after it proved an orphan and before it writes: what became true meanwhile counts. */
import { beforeEach, expect, test } from "vitest";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { createApply } from "../../shared/changes/apply.ts";
import { stopWriting } from "../../shared/changes/stop.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { Estate } from "./estate.ts";

const HOUR = 3600;
const ITEM = { what: "orphans", id: "all", why: "test", seenAtUtc: "", correlationId: "c" };

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

async function sweep(on: Run = estate.run): Promise<unknown> {
  return sweepOrphans(on, createApply(estate.run.resources), ITEM).then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Frozen in one call: every read is done, and nothing is written to Azure. */
function frozenHost(call: "save the state before" | "insert the journal entry") {
  const [reached, thawed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { ports } = estate.run;
  const freeze = async () => {
    reached.resolve();
    await thawed.promise;
  };
  const { journal } = ports.tables;
  const [get, list] = [journal.get.bind(journal), journal.list.bind(journal)];
  const transact: typeof journal.transact = async (partition, writes) => {
    if (writes.some((one) => one.do === "insert" && one.value.outcome === "intended")) await freeze();
    return journal.transact(partition, writes);
  };
  const { states } = ports;
  const [load, remove] = [states.load.bind(states), states.remove.bind(states)];
  const save: typeof states.save = async (name, state) => {
    await freeze();
    return states.save(name, state);
  };
  const frozen =
    call === "save the state before"
      ? { states: { load, remove, save } }
      : { tables: { ...ports.tables, journal: { get, list, transact } } };
  const done = sweep({ ...estate.run, ports: { ...ports, ...frozen } });
  return { reached: reached.promise, thaw: thawed.resolve, done };
}

async function due(): Promise<void> {
  estate.run.clock.advance(HOUR);
  estate.end(2, false);
  for (let n = 0; n < 2; n += 1) {
    await lists();
    await sweep();
  }
  estate.run.clock.advance(7 * HOUR);
  await lists();
  await sweep();
  await lists();
}

const CALLS = ["save the state before", "insert the journal entry"] as const;

test.each(CALLS)("in '%s': a frontend that a Service uses since an hour is not deleted", async (call) => {
  await due();
  const host = frozenHost(call);
  await host.reached;
  // Its lease expires; other hosts go on. A Service requests the address of the frontend, and the cluster confirms it.
  estate.run.clock.advance(HOUR / 2);
  await estate.share(2, false, { by: "address", seen: true });
  await lists();
  await sweep();
  estate.run.clock.advance(HOUR / 2);
  host.thaw();
  await host.done;
  expect(estate.crimes).toEqual([]);
});

test.each(CALLS)("in '%s': nothing is deleted after an operator stopped all writes", async (call) => {
  await due();
  const host = frozenHost(call);
  await host.reached;
  estate.run.clock.advance(HOUR / 2);
  await stopWriting(estate.run, "incident", "ada");
  await sweep();
  const before = JSON.stringify(estate.run.network.balancers);
  host.thaw();
  await host.done;
  expect(JSON.stringify(estate.run.network.balancers) === before).toBe(true);
});
