import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NotYet } from "../../shared/core/errors.ts";
import type { Run } from "../../shared/ports/ports.ts";
import { withLease, type Lease } from "../../shared/storage/lease.ts";
import { LEASE_SECONDS } from "../../shared/ports/leases.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;

beforeEach(() => {
  run = memoryRun();
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => vi.useRealTimers());

const take = (host: Run = run) => withLease(host, "thing", async () => "mine");

/** The same storage, seen by a host whose wall clock is wrong by that much. */
function hostAhead(seconds: number): Run {
  return { ...run, now: () => new Date(run.now().getTime() + seconds * 1000) };
}

interface Holder {
  readonly ended: Promise<string>;
  readonly lease: Lease;
  readonly end: () => void;
}

/** Holds the lease until it is ended. */
async function hold(host: Run = run): Promise<Holder> {
  const [begun, end] = [Promise.withResolvers<Lease>(), Promise.withResolvers<void>()];
  const ended = withLease(host, "thing", async (lease) => {
    begun.resolve(lease);
    await end.promise;
    return "done";
  });
  // A lease that another holder has fails the second.
  const lease = await Promise.race([begun.promise, ended.then(() => begun.promise)]);
  return { ended, lease, end: () => end.resolve() };
}

/** Time passes for hosts and for storage, in steps in which renewals come. */
async function pass(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 5) {
    run.clock.advance(5);
    await vi.advanceTimersByTimeAsync(5000);
  }
}

test("work that takes hours keeps its lease, and releases it", async () => {
  const holder = await hold();
  for (let hours = 0; hours < 3; hours += 1) {
    await pass(3600);
    await expect(take()).rejects.toThrow(NotYet);
    await holder.lease.demand();
  }
  holder.end();
  expect(await holder.ended).toBe("done");
  expect(run.leases.names()).toEqual([]);
  expect(await take()).toBe("mine");
  expect(vi.getTimerCount()).toBe(0);
});

describe("hosts whose clocks differ", () => {
  const DAY = 24 * 3600;
  test.each([185, -185, DAY, -DAY, 365 * DAY])("by %i seconds never hold the same lease", async (skew) => {
    const [one, other] = [hostAhead(0), hostAhead(skew)];
    const holder = await hold(one);
    for (let minutes = 0; minutes < 10; minutes += 1) {
      await expect(take(other)).rejects.toThrow(NotYet);
      await pass(60);
    }
    await holder.lease.demand();
    holder.end();
    await holder.ended;
    expect(await take(other)).toBe("mine");
  });

  test("in any order of steps: storage confirms one lease at most", async () => {
    const time = fc.record({ do: fc.constantFrom("wait" as const, "stall" as const), value: fc.nat(90) });
    const act = fc.record({ do: fc.constantFrom("take" as const, "end" as const), value: fc.nat(2) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(time, act), { maxLength: 25 }), async (steps) => {
        run = memoryRun();
        const hosts = new Hosts([hostAhead(0), hostAhead(185), hostAhead(-DAY)]);
        for (const { do: name, value } of steps) {
          await hosts[name](value);
          expect(await hosts.confirmed()).toBeLessThanOrEqual(1);
        }
        for (const host of [0, 1, 2]) await hosts.end(host);
      }),
      { numRuns: 100 },
    );
  });
});

/** Steps of several hosts that compete for the same lease. */
class Hosts {
  readonly #hosts: readonly Run[];
  readonly #held = new Map<number, Holder>();

  constructor(hosts: readonly Run[]) {
    this.#hosts = hosts;
  }

  async take(host: number): Promise<void> {
    if (this.#held.has(host)) return;
    const holder = await hold(this.#hosts[host]).catch(() => undefined);
    if (holder) this.#held.set(host, holder);
  }

  async end(host: number): Promise<void> {
    this.#held.get(host)?.end();
    await this.#held.get(host)?.ended;
    this.#held.delete(host);
  }

  async wait(seconds: number): Promise<void> {
    await pass(seconds);
  }

  /** No timer fires in that time. */
  async stall(seconds: number): Promise<void> {
    run.clock.advance(seconds);
  }

  /** How many hosts storage confirms as the holder. */
  async confirmed(): Promise<number> {
    const demands = [...this.#held.values()].map(({ lease }) => lease.demand());
    return (await Promise.allSettled(demands)).filter(({ status }) => status === "fulfilled").length;
  }
}

/** What goes wrong while one host holds the lease, and who has it then. */
const SCHEDULES: readonly [
  title: string,
  happens: (holder: Holder) => Promise<void> | void,
  other: "held" | "acquired",
  holder: "confirmed" | "lost",
][] = [
  ["nothing", () => pass(120), "held", "confirmed"],
  ["the holder dies less than a lease ago", () => die(LEASE_SECONDS - 1), "held", "confirmed"],
  ["the holder dies a lease ago", () => die(LEASE_SECONDS), "acquired", "lost"],
  ["two renewals fail", () => failing(2, 45), "held", "confirmed"],
  ["renewals fail for longer than a lease", () => failing(9, 75), "acquired", "lost"],
  ["the answer of a renewal is lost", () => losing(20), "held", "confirmed"],
  ["the host's clock jumps ahead by a day", () => jump(24), "held", "confirmed"],
  ["the host's clock jumps back by a day", () => jump(-24), "held", "confirmed"],
];

/** Died or stalled: no timer of it fires any more. */
function die(secondsAgo: number): void {
  vi.clearAllTimers();
  run.clock.advance(secondsAgo);
}

async function failing(times: number, seconds: number): Promise<void> {
  run.leases.calls.failNext(new Error("503"), { method: "renew", times });
  await pass(seconds);
  run.leases.calls.heal();
}

async function losing(seconds: number): Promise<void> {
  run.leases.loseNextAnswer();
  await pass(seconds);
}

function jump(hours: number): void {
  run.clock.nowUtc = new Date(run.now().getTime() + hours * 3_600_000).toISOString();
}

describe("while one host holds a lease", () => {
  test.each(SCHEDULES)("and this happens: %s", async (_, happens, other, expected) => {
    const holder = await hold();
    await happens(holder);
    const second = await hold().catch((error: unknown) => error);
    expect(second instanceof NotYet ? "held" : "acquired").toBe(other);
    const demanded = await holder.lease.demand().then(
      () => "confirmed",
      () => "lost",
    );
    expect(demanded).toBe(expected);
    holder.end();
    expect(await holder.ended).toBe("done");
    // A holder that lost the lease takes it from no other.
    expect(run.leases.names()).toEqual(other === "held" ? [] : ["thing"]);
  });
});

describe("an answer that is lost", () => {
  test("of an acquisition does not block the name", async () => {
    run.leases.loseNextAnswer();
    await expect(take()).rejects.toThrow("socket hang up");
    expect(await take()).toBe("mine");
  });

  test("of an acquisition, while storage is unavailable, blocks the name no longer than a lease lasts", async () => {
    run.leases.loseNextAnswer();
    run.leases.calls.failNext(new Error("503"), { method: "release" });
    await expect(take()).rejects.toThrow("socket hang up");
    await expect(take()).rejects.toThrow(NotYet);
    run.clock.advance(LEASE_SECONDS);
    expect(await take()).toBe("mine");
  });

  test("of a release does not undo the work", async () => {
    const holder = await hold();
    run.leases.loseNextAnswer();
    holder.end();
    expect(await holder.ended).toBe("done");
    expect(await take()).toBe("mine");
  });
});

test("a release that fails does not fail the work, and frees the name when the lease expires", async () => {
  run.leases.calls.failNext(new Error("503"), { method: "release" });
  expect(await take()).toBe("mine");
  await expect(take()).rejects.toThrow(NotYet);
  run.clock.advance(LEASE_SECONDS);
  expect(await take()).toBe("mine");
});

test("work that fails releases its lease and fails with its own error", async () => {
  const failing = withLease(run, "thing", async () => {
    await setImmediate();
    throw new Error("broken");
  });
  await expect(failing).rejects.toThrow("broken");
  expect(run.leases.names()).toEqual([]);
});
