/** Plays schedules of steps on an estate, and reports which invariants broke. */
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { createApply } from "../../shared/changes/apply.ts";
import type { ResourceReader } from "../../shared/ports/resources.ts";
import { resumeWriting, stopWriting } from "../../shared/changes/stop.ts";
import { Refused } from "../../shared/core/errors.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import { crashAt } from "../memory/crashing.ts";
import type { MemoryRun } from "../memory/run.ts";
import { Estate } from "./estate.ts";
import { GRACE_HOURS, type Limits } from "./ledger.ts";
import { EXCLUDED_TAG } from "./marks.ts";
import type { Step } from "./steps.ts";

const HOUR = 3600;
const UNLIMITED: Limits = { run: 1000, day: 1000, percent: 100 };
const ITEM = { what: "orphans", id: "all", why: "test", seenAtUtc: "", correlationId: "c" };

type Sweep = Partial<Omit<Step & { readonly do: "sweep" }, "do">>;

async function sweep(
  estate: Estate,
  { dieAt = Infinity, skewSeconds = 0, meanwhile }: Sweep = {},
): Promise<void> {
  const mortal = crashAt(estate.run, dieAt, "before");
  const writer = mortal.run.ports.resources as MemoryRun["resources"];
  const now = () => new Date(estate.run.now().getTime() + skewSeconds * 1000);
  const ports = {
    ...mortal.run.ports,
    resources: whileLooking(writer, () => happen(estate, meanwhile)),
    ...(meanwhile === "suspend" && { tables: suspended(estate, mortal.run.ports.tables) }),
  };
  estate.ledger.beginSweep();
  await sweepOrphans({ ...mortal.run, ports, now }, createApply(writer), ITEM).catch(() => undefined);
}

async function happen(estate: Estate, what: Sweep["meanwhile"]): Promise<unknown> {
  switch (what) {
    case "declarePls":
      return estate.declarePls(0);
    case "make":
      return estate.make(0, true, true);
    case "revive":
      return estate.revive(0, true);
    case "share":
      return estate.share(2, false, { by: "address", seen: true });
    case "wait":
      return estate.run.clock.advance(2 * HOUR);
    case "unregister":
      return estate.unregister(0);
    case "suspend":
    case undefined:
      return undefined;
  }
}

/** The same reader; `happens` runs before the first look at locks, right before the first write. */
function whileLooking(reader: ResourceReader, happens: () => Promise<unknown>): ResourceReader {
  let first: Promise<unknown> | undefined;
  return {
    read: (id) => reader.read(id),
    async locks(id) {
      await (first ??= happens());
      return reader.locks(id);
    },
  };
}

/** The same tables; the host is suspended for an hour after it wrote the first journal entry, while Services share frontends. */
function suspended(estate: Estate, tables: MemoryRun["ports"]["tables"]): MemoryRun["ports"]["tables"] {
  let first: Promise<unknown> | undefined;
  const { journal } = tables;
  const transact: typeof journal.transact = async (partition, writes) => {
    const written = await journal.transact(partition, writes);
    if (writes.some((one) => one.do === "insert")) await (first ??= shareAndList(estate));
    return written;
  };
  const [get, list] = [journal.get.bind(journal), journal.list.bind(journal)];
  return { ...tables, journal: { get, list, transact } };
}

async function shareAndList(estate: Estate): Promise<void> {
  estate.run.clock.advance(HOUR / 2);
  await estate.share(2, false, { by: "address", seen: true });
  for (const n of [0, 1]) await estate.list(n);
  estate.run.clock.advance(HOUR / 2);
}

type Moves = {
  readonly [Name in Step["do"]]: (estate: Estate, one: Extract<Step, { readonly do: Name }>) => unknown;
};

const MOVES: Moves = {
  make: (estate, one) => estate.make(one.which, one.pls, one.seen),
  end: (estate, one) => estate.end(one.which, one.cleaned),
  revive: (estate, one) => estate.revive(one.which, one.seen),
  withdraw: (estate, one) => estate.withdrawPls(one.which),
  declarePls: (estate, one) => estate.declarePls(one.which),
  share: (estate, one) => estate.share(one.which, one.pls, one),
  propose: (estate, one) => estate.propose(one.which, one.what),
  list: (estate, one) => estate.list(one.which, one.lacks),
  window: (estate, one) => estate.window(one.which),
  foreign: (estate, one) => estate.foreign(one.which),
  duplicate: (estate, one) => estate.duplicate(one.which),
  mistype: (estate, one) => estate.mistype(one.which, one.wrong),
  rebuild: (estate, one) => estate.rebuild(one.which, one.confirmed),
  register: (estate, one) => estate.register(one.which, one.how),
  deleteCluster: (estate, one) => estate.deleteCluster(one.which),
  consumer: (estate, one) => estate.consumer(one.which, one.status),
  hold: (estate, one) => estate.hold(one.which, one.level),
  mark: (estate, one) => estate.mark(one.which, one.level, one.what),
  use: (estate, one) => estate.use(one.which, one.what),
  attach: (estate, one) => estate.attach(one.which),
  scale: (estate, one) => estate.scale(one.which, one.nodes),
  unreadable: ({ run }, { method, calls }) =>
    run.network.calls.failNext(new Error("403"), { method, times: calls }),
  refuseRead: ({ run }, { calls }) =>
    run.resources.calls.failNext(new Refused("403"), { method: "read", times: calls }),
  loseResponse: (estate, one) => estate.loseResponse(one.calls, one.isMade),
  truncate: (estate, one) => estate.truncate(one.method, one.calls),
  lag: (estate, one) => estate.lag(one.method, one.calls),
  filter: (estate, one) => estate.filter(one.which, one.looks),
  wait: (estate, one) => estate.run.clock.advance(one.hours * HOUR),
  sweep: (estate, one) => sweep(estate, one),
  policy: (estate, one) => limit(estate, one.what),
};

async function take(estate: Estate, one: Step): Promise<void> {
  await (MOVES[one.do] as (estate: Estate, one: Step) => unknown)(estate, one);
}

const POLICY = {
  modes: { sweep: "enforce" },
  scope: { sweep: { excludeTags: [EXCLUDED_TAG] } },
};

/** An operator stops writing, freezes it, or allows fewer deletes; or takes all of it back. */
async function limit(estate: Estate, what: (Step & { readonly do: "policy" })["what"]): Promise<void> {
  const { run, ledger } = estate;
  ledger.limits = { ...UNLIMITED, ...(what === "run" && { run: 1 }), ...(what === "day" && { day: 1 }) };
  if (what === "percent") ledger.limits = { ...ledger.limits, percent: 20 };
  // The shortest grace period that there is: a list interval and the stale time.
  ledger.graceHours = what === "hasty" ? 70 / 60 : GRACE_HOURS;
  ledger.isStopped = what === "stop" || what === "freeze";
  if (what === "stop") await stopWriting(run, "test");
  else await resumeWriting(run);
  const window = { fromUtc: "2020-01-01T00:00:00.000Z", toUtc: "2040-01-01T00:00:00.000Z", why: "test" };
  await applyPolicy(run, {
    ...POLICY,
    sweepGraceSeconds: what === "hasty" ? 0 : GRACE_HOURS * HOUR,
    maxDeletesPerRun: ledger.limits.run,
    maxDeletesPerDay: ledger.limits.day,
    maxDeletePercent: ledger.limits.percent,
    freeze: what === "freeze" ? [window] : [],
  });
}

async function begin(): Promise<Estate> {
  const estate = new Estate();
  await estate.begin(["one", "two"]);
  await limit(estate, "none");
  for (const n of [0, 0, 1, 1, 1]) await estate.make(n, n === 0, true);
  for (const n of [0, 1]) await estate.list(n);
  estate.run.clock.advance(HOUR);
  return estate;
}

const ROUND_HOURS = 4;
/** Longer than two grace periods, and than any report or registration is in doubt. */
const LEAST_ROUNDS = 3;
const MOST_ROUNDS = 14;

/** Everything is healthy again: true registrations, complete reports, no faults, time until a sweep has nothing left to do. */
async function calm(estate: Estate): Promise<void> {
  estate.heal();
  await limit(estate, "none");
  await estate.unduplicate();
  await estate.releaseHolds();
  for (const n of [0, 1]) await estate.restore(n);
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    estate.run.clock.advance(ROUND_HOURS * HOUR);
    for (const n of [0, 1]) {
      await estate.list(n);
      await estate.window(n);
    }
    await sweep(estate);
    // The cluster confirms again what is due.
    for (const n of [0, 1]) await estate.list(n);
    await sweep(estate);
    if (round >= LEAST_ROUNDS && isSettled(estate)) return;
  }
}

function isSettled(estate: Estate): boolean {
  return estate.run.tables.quarantine.all().length === 0 && estate.trueOrphans().length === 0;
}

/** What broke until the last step, and not later. */
export async function crimesOf(steps: readonly Step[]): Promise<readonly string[]> {
  const estate = await begin();
  for (const one of steps) await take(estate, one);
  return estate.crimes;
}

/** What broke, each text begins with the code of its invariant; ends early, before the calm, if anything did. */
export async function play(steps: readonly Step[]): Promise<readonly string[]> {
  const estate = await begin();
  for (const one of steps) await take(estate, one);
  if (estate.crimes.length > 0) return estate.crimes;
  await calm(estate);
  return [...estate.crimes, ...estate.trueOrphans().map((one) => `restored: ${one} is still there`)];
}
