import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NotYet } from "../../shared/errors.ts";
import { LEASE_SECONDS, withLease } from "../../shared/storage/lease.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;

beforeEach(() => {
  run = memoryRun();
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => vi.useRealTimers());

const leases = () => run.tables.leases.all();
const take = () => withLease(run, "thing", async () => "mine");

/** Holds the lease until it is told to end. */
function hold() {
  const end = Promise.withResolvers<void>();
  return { ended: withLease(run, "thing", () => end.promise), end: () => end.resolve() };
}

/** Both clocks, in steps in which renewals come. */
async function pass(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    run.clock.advance(10);
    await vi.advanceTimersByTimeAsync(10_000);
  }
}

test("work that takes hours keeps its lease, and gives it back", async () => {
  const holder = hold();
  for (let hours = 0; hours < 3; hours += 1) {
    await pass(3600);
    await expect(take()).rejects.toThrow(NotYet);
  }
  holder.end();
  await holder.ended;
  expect(leases()).toEqual([]);
  expect(await take()).toBe("mine");
  expect(vi.getTimerCount()).toBe(0);
});

test("a holder that died leaves it within three minutes", async () => {
  const holder = hold();
  await pass(600);
  vi.clearAllTimers();
  run.clock.advance(LEASE_SECONDS - 30);
  await expect(take()).rejects.toThrow(NotYet);
  run.clock.advance(31);
  expect(await take()).toBe("mine");
  holder.end();
  await holder.ended;
});

test("storage that is away for a minute loses no lease; whoever lost it takes nobody else's away", async () => {
  const holder = hold();
  run.tables.leases.calls.failNext(new Error("away"), { method: "transact", times: 2 });
  await pass(120);
  await expect(take()).rejects.toThrow(NotYet);
  run.tables.leases.calls.failNext(new Error("away"), { method: "transact", times: 6 });
  await pass(180);
  run.tables.leases.calls.heal();
  const other = hold();
  await pass(60);
  holder.end();
  await holder.ended;
  expect(leases()).toHaveLength(1);
  other.end();
  await other.ended;
  expect(leases()).toEqual([]);
});

test("whose answer was lost has it all the same", async () => {
  const { leases } = run.tables;
  const transact = leases.transact.bind(leases);
  leases.transact = async (partition, writes) => {
    const written = await transact(partition, writes);
    return writes[0]?.do === "remove" ? written : { ok: false, index: 0, why: "exists" };
  };
  expect(await take()).toBe("mine");
  const holder = hold();
  await pass(600);
  leases.transact = transact;
  await expect(take()).rejects.toThrow(NotYet);
  holder.end();
  await holder.ended;
  expect(leases.all()).toEqual([]);
});
