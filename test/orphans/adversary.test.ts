/**
 * Whatever happens to an estate, in whatever order, and whatever is reported of it that is not true: nothing alive, in use or held is ever
 * deleted, and what is truly orphaned goes in the end.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ResourceReader } from "../../shared/changes/resources.ts";
import { createApply } from "../../shared/changes/apply.ts";
import { sweepOrphans } from "../../shared/orphans/sweep.ts";
import { applyPolicy } from "../../shared/applyPolicy.ts";
import { crashAt } from "../memory/crashing.ts";
import type { MemoryRun } from "../memory/run.ts";
import { Estate } from "./estate.ts";

/** `npm run soak` plays many more. A failure prints its seed and path: fc.assert takes them to play it again. */
const SCHEDULES = Number(process.env["MOORING_SCHEDULES"] ?? 2000);
const HOUR = 3600;
const GRACE_HOURS = 6;

const which = fc.nat({ max: 20 });
const one = <T extends string>(name: T) => fc.constant(name);
const step = fc.oneof(
  // Kubernetes, and what admission sees of it.
  fc.record({ do: one("make"), which, link: fc.boolean(), seen: fc.boolean() }),
  fc.record({ do: one("end"), which, cleaned: fc.boolean() }),
  fc.record({ do: one("revive"), which, seen: fc.boolean() }),
  fc.record({ do: one("withdraw"), which }),
  fc.record({ do: one("declareLink"), which }),
  fc.record({ do: one("propose"), which, what: fc.constantFrom("create", "delete", "withdraw", "late") }),
  // Reports.
  fc.record({ do: one("list"), which, lacks: fc.nat({ max: 2 }) }),
  fc.record({ do: one("window"), which }),
  fc.record({ do: one("foreign"), which }),
  // Registrations.
  fc.record({ do: one("duplicate"), which }),
  fc.record({ do: one("mistype"), which, wrong: fc.boolean() }),
  fc.record({ do: one("rebuild"), which, confirmed: fc.boolean() }),
  // Azure.
  fc.record({ do: one("deleteCluster"), which }),
  fc.record({
    do: one("consumer"),
    which,
    status: fc.constantFrom("Approved", "Pending", "Rejected", "Disconnected", "Paused"),
  }),
  fc.record({ do: one("hold"), which, level: fc.constantFrom("balancer", "frontend", "link", "connection") }),
  fc.record({ do: one("unreadable"), calls: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    do: one("truncate"),
    method: fc.constantFrom("loadBalancers", "links", "managedClusters"),
    calls: fc.integer({ min: 1, max: 4 }),
  }),
  // Time and hosts.
  fc.record({ do: one("wait"), hours: fc.integer({ min: 1, max: 12 }) }),
  fc.record({
    do: one("sweep"),
    dieAt: fc.option(fc.nat({ max: 60 }), { nil: Infinity }),
    skewSeconds: fc.constantFrom(0, 0, 185, -185),
    meanwhile: fc.option(fc.constantFrom("declareLink", "make", "revive"), { nil: undefined }),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const item = { what: "orphans", id: "all", why: "test", seenAtUtc: "", correlationId: "c" };

interface Sweep {
  readonly dieAt?: number;
  /** Of the host's clock. */
  readonly skewSeconds?: number;
  /** What happens in the cluster while the sweep looks at locks, right before it writes. */
  readonly meanwhile?: "declareLink" | "make" | "revive" | undefined;
}

async function sweep(
  estate: Estate,
  { dieAt = Infinity, skewSeconds = 0, meanwhile }: Sweep = {},
): Promise<void> {
  const mortal = crashAt(estate.run, dieAt, "before");
  const writer = mortal.run.ports.resources as MemoryRun["resources"];
  const now = () => new Date(estate.run.now().getTime() + skewSeconds * 1000);
  const ports = { ...mortal.run.ports, resources: whileLooking(writer, () => happen(estate, meanwhile)) };
  await sweepOrphans({ ...mortal.run, ports, now }, createApply(writer), item).catch(() => undefined);
}

async function happen(estate: Estate, what: Sweep["meanwhile"]): Promise<void> {
  if (what === "declareLink") estate.declareLink(1);
  if (what === "make") await estate.make(0, true, true);
  if (what === "revive") await estate.revive(0, true);
}

/** The same reader; `happens` runs before the first look at locks. */
function whileLooking(reader: ResourceReader, happens: () => Promise<void>): ResourceReader {
  let first: Promise<void> | undefined;
  return {
    read: (id) => reader.read(id),
    async locks(id) {
      await (first ??= happens());
      return reader.locks(id);
    },
  };
}

async function take(estate: Estate, one: Step): Promise<unknown> {
  switch (one.do) {
    case "make":
      return estate.make(one.which, one.link, one.seen);
    case "end":
      return estate.end(one.which, one.cleaned);
    case "revive":
      return estate.revive(one.which, one.seen);
    case "withdraw":
      return estate.withdrawLink(one.which);
    case "declareLink":
      return estate.declareLink(one.which);
    case "propose":
      return estate.propose(one.which, one.what);
    case "list":
      return estate.list(one.which, one.lacks);
    case "window":
      return estate.window(one.which);
    case "foreign":
      return estate.foreign(one.which);
    case "duplicate":
      return estate.duplicate(one.which);
    case "mistype":
      return estate.mistype(one.which, one.wrong);
    case "rebuild":
      return estate.rebuild(one.which, one.confirmed);
    case "deleteCluster":
      return one.which > 17 ? estate.deleteCluster(one.which) : undefined;
    case "consumer":
      return estate.consumer(one.which, one.status);
    case "hold":
      return one.which > 10 ? estate.hold(one.which, one.level) : undefined;
    case "unreadable":
      return estate.run.network.calls.failNext(new Error("403"), {
        method: "managedCluster",
        times: one.calls,
      });
    case "truncate":
      return estate.truncate(one.method, one.calls);
    case "wait":
      return estate.run.clock.advance(one.hours * HOUR);
    case "sweep":
      return sweep(estate, one);
  }
}

async function begin(): Promise<Estate> {
  const estate = new Estate();
  await estate.begin(["one", "two"]);
  await applyPolicy(estate.run, {
    modes: { sweep: "enforce" },
    sweepGraceSeconds: GRACE_HOURS * HOUR,
    maxDeletesPerRun: 1000,
    maxDeletesPerDay: 1000,
    maxDeletePercent: 100,
  });
  for (const n of [0, 0, 1, 1, 1]) await estate.make(n, n === 0, true);
  for (const n of [0, 1]) await estate.list(n);
  estate.run.clock.advance(HOUR);
  return estate;
}

/** Everything is well again: true registrations, complete reports, no faults, time. */
async function calm(estate: Estate): Promise<void> {
  estate.heal();
  await estate.unduplicate();
  await estate.releaseHolds();
  for (const n of [0, 1]) {
    await estate.mistype(n, false);
    await estate.rebind(n);
  }
  for (let round = 0; round < 14; round += 1) {
    estate.run.clock.advance(4 * HOUR);
    for (const n of [0, 1]) {
      await estate.list(n);
      await estate.window(n);
    }
    await sweep(estate);
    // The cluster confirms once more what is due.
    for (const n of [0, 1]) await estate.list(n);
    await sweep(estate);
  }
}

test("no schedule makes Mooring delete what is alive, in use or held, and every true orphan goes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const estate = await begin();
      for (const one of steps) await take(estate, one);
      expect(estate.crimes).toEqual([]);
      await calm(estate);
      expect(estate.crimes).toEqual([]);
      expect(estate.trueOrphans()).toEqual([]);
    }),
    { numRuns: SCHEDULES },
  );
}, 1_200_000);
