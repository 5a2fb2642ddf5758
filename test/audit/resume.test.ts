/**
 * If a worker dies at any call, and messages arrive twice and in any order, the audit has the same result.
 */
import { describe, expect, test } from "vitest";
import { isUnresolved } from "../../shared/findings/finding.ts";
import { cancelAudit, listRuns, readProgress } from "../../shared/audit/runs.ts";
import type { AuditRun } from "../../shared/audit/auditRun.ts";
import { auditScope } from "../../shared/audit/auditScope.ts";
import { startAudit, startScheduled } from "../../shared/audit/startAudit.ts";
import { sendNotices } from "../../shared/audit/sendNotices.ts";
import { changeRun, listProgress, runKey } from "../../shared/audit/runStore.ts";
import { finishAudit } from "../../shared/audit/finishAudit.ts";
import { LEASE_SECONDS } from "../../shared/ports/leases.ts";
import { crashAt } from "../memory/crashing.ts";
import { AuditEstate, type Message } from "../builders/auditEstate.ts";
import { MemoryNotices } from "../memory/notices.ts";

const ASKED = { who: "me", why: "test" };

/** One finding is new, one is resolved, one stays. */
async function arrange(): Promise<AuditEstate> {
  const estate = await AuditEstate.create();
  estate.run.notices.push(new MemoryNotices("webhook"));
  estate.look({ one: "visible", two: "visible" });
  estate.timer();
  await estate.drain();
  estate.run.clock.advance(3600);
  estate.look({ one: "visible", three: "approving" });
  estate.run.queue.sent.length = 0;
  return estate;
}

/** What must be the same after any failures, except times and ids. */
async function outcome(estate: AuditEstate) {
  const { run } = estate;
  const [audit] = await listRuns(run, 1);
  const progress = await readProgress(run, audit?.id ?? "");
  return {
    runs: (await listRuns(run, 10)).length,
    state: audit?.state,
    counts: audit?.counts,
    appeared: audit?.appeared,
    resolved: audit?.resolved,
    scopes: progress?.scopes.map(({ scope, state, looked, appeared }) => ({
      scope,
      state,
      looked,
      appeared,
    })),
    findings: run.tables.findings
      .all()
      .map((one) => [one.id, isUnresolved(one), one.changed?.what, one.firstSeenAtUtc < "2026-11-23T13"]),
    told: [
      ...new Set(run.queue.sent.map(({ queue, item }) => `${queue} ${item.what} ${item.id === audit?.id}`)),
    ],
    kept:
      audit?.findingsState === undefined
        ? "missing"
        : ((await run.states.load(audit.findingsState)) as { id: string }[]).map(({ id }) => id),
    trend: run.tables.trends.all().map(({ counts, byCheck }) => ({ counts, byCheck })),
    leases: run.leases.names().length,
  };
}

async function crashed(nth: number, how: "before" | "after"): Promise<{ estate: AuditEstate; hit: boolean }> {
  const estate = await arrange();
  estate.timer();
  let left = nth;
  let hit = false;
  for (let message = estate.messages[0]; message; message = estate.messages[0]) {
    const { calls } = await estate.deliver(message, hit ? {} : { crashAtCall: left, how });
    if (!hit && calls > left) {
      hit = true;
      // The dead worker's lease runs out before its message may be taken up again.
      estate.run.clock.advance(LEASE_SECONDS + 1);
    }
    left -= calls;
  }
  return { estate, hit };
}

describe("a worker that dies at any call of a port", () => {
  test.each(["before", "after"] as const)(
    "%s a worker crashes: the audit ends as without the crash",
    async (how) => {
      const expected = await outcome((await crashed(Number.POSITIVE_INFINITY, how)).estate);
      expect(expected).toMatchObject({ runs: 2, state: "done", appeared: 1, resolved: 1, leases: 0 });
      let nth = 0;
      for (; ; nth += 1) {
        const { estate, hit } = await crashed(nth, how);
        if (!hit) break;
        expect(await outcome(estate), `dead at call ${nth}`).toEqual(expected);
      }
      expect(nth).toBeGreaterThan(50);
    },
  );
});

describe("a scope", () => {
  test("that is done is not audited again when its message is delivered again", async () => {
    const estate = await AuditEstate.create();
    estate.timer();
    await estate.deliver(estate.messages[0] as Message);
    const [scope] = estate.messages as [Message];
    await estate.deliver(scope, { keep: true });
    const asked = estate.run.network.calls.calls.length;
    await estate.deliver(scope);
    expect(estate.run.network.calls.calls).toHaveLength(asked);
  });

  test("is audited by one worker at a time, in any run", async () => {
    const { run } = await AuditEstate.create();
    const [first, second] = [await startAudit(run, ASKED), await startAudit(run, ASKED)];
    const [{ scope } = { scope: "" }] = await listProgress(run, first.id);
    const both = await Promise.allSettled([
      auditScope(run, first.id, scope),
      auditScope(run, second.id, scope),
    ]);
    expect(both).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: { name: "NotYet" } }]);
  });
});

test("a run whose last worker died before it could end it, and whose messages are lost, is ended by the timer", async () => {
  const estate = await AuditEstate.create();
  estate.run.tables.trends.calls.failNext(new Error("storage is unavailable"), {
    method: "transact",
    times: Number.POSITIVE_INFINITY,
  });
  estate.timer();
  await estate.drain();
  expect(estate.poison).toHaveLength(1);
  expect((await listRuns(estate.run, 5)).map(({ state }) => state)).toEqual(["running"]);
  estate.run.tables.trends.calls.heal();
  estate.timer();
  await estate.drain();
  expect((await listRuns(estate.run, 5)).map(({ state }) => state)).toEqual(["done"]);
});

describe("a run whose starting worker dies at any call", () => {
  test.each(["before", "after"] as const)("%s a crash: it ends, or was never started", async (how) => {
    let nth = 0;
    for (let died = true; died; nth += 1) {
      const estate = await AuditEstate.create();
      const mortal = crashAt(estate.run, nth, how);
      died = await startAudit(mortal.run, ASKED).then(
        () => false,
        () => true,
      );
      estate.run.queue.sent.length = 0;
      estate.timer();
      await estate.drain();
      estate.run.clock.advance(4 * 3600);
      estate.timer();
      await estate.drain();
      const runs = await listRuns(estate.run, 10);
      expect(
        runs.map(({ state }) => state).filter((state) => state !== "done" && state !== "failed"),
        `dead at call ${nth}`,
      ).toEqual([]);
      expect(runs.some(({ who, state }) => who === "system" && state === "done") || !died).toBe(true);
      for (const { id, scopeCount } of runs)
        expect(await listProgress(estate.run, id)).toHaveLength(scopeCount ?? -1);
    }
    expect(nth).toBeGreaterThan(8);
  });
});

test("an unfinished run is found however many began since", async () => {
  const { run } = await AuditEstate.create();
  const { id } = await startAudit(run, ASKED);
  run.clock.advance(4 * 3600);
  for (let more = 0; more < 30; more += 1) {
    run.clock.advance(1);
    await cancelAudit(run, (await startAudit(run, ASKED)).id, "me");
  }
  await startScheduled(run, { why: "timer" });
  expect((await readProgress(run, id))?.run.state).toBe("failed");
});

test("an operator's run whose start was not completed is left alone for ten minutes, and then ended with the scopes that it has", async () => {
  const { run } = await AuditEstate.create();
  const id = "20261123-120000000-abcdef";
  const value: AuditRun = { id, startedAtUtc: run.clock.nowUtc, state: "running", who: "ben", why: "" };
  await run.tables.runs.transact("all", [{ do: "put", key: runKey(value), value }]);
  for (const scope of ["subscription:a", "mooring"])
    await run.tables.progress.transact(id, [{ do: "put", key: scope, value: { scope, state: "done" } }]);
  await startScheduled(run, { why: "timer" });
  expect((await readProgress(run, id))?.run.state).toBe("running");
  run.clock.advance(11 * 60);
  await startScheduled(run, { why: "timer" });
  expect((await readProgress(run, id))?.run).toMatchObject({ state: "done", scopeCount: 2 });
});

test("one of two workers that end a run crashes at any point: notices are still sent, once", async () => {
  let nth = 0;
  for (let died = true; died; nth += 1) {
    const { run, estate, id } = await aboutToEnd();
    const mortal = crashAt(run, nth, "before");
    died = await finishAudit(mortal.run, id).then(
      () => false,
      () => true,
    );
    await finishAudit(run, id);
    const messages = run.queue.sent.filter(({ queue }) => queue === "notices");
    expect(messages.length, `dead at call ${nth}`).toBeGreaterThan(0);
    for (const { item } of messages) await sendNotices(run, item);
    expect(estate.told.told.map(({ id: notice }) => notice)).toEqual([id]);
  }
  expect(nth).toBeGreaterThan(8);
});

/** Every scope is done; the end of the run failed. */
async function aboutToEnd() {
  const estate = Object.assign(await AuditEstate.create(), { told: new MemoryNotices("webhook") });
  const { run } = estate;
  run.notices.push(estate.told);
  const { trends } = run.tables;
  trends.calls.failNext(new Error("storage is unavailable"), { method: "transact", times: Infinity });
  const { id } = await startAudit(run, ASKED);
  await estate.drain();
  trends.calls.heal();
  return { run, estate, id };
}

test("a run that ended while it was started is reported, and a run with the same id is not overwritten", async () => {
  const { run } = await AuditEstate.create();
  const { runs } = run.tables;
  const transact = runs.transact.bind(runs);
  // Written, but the response was lost: the client retries, and storage reports that the row exists.
  runs.transact = async (partition, writes) => {
    const written = await transact(partition, writes);
    return writes[0]?.do === "insert" ? { ok: false, index: 0, why: "exists" } : written;
  };
  const { id } = await startAudit(run, ASKED);
  runs.transact = transact;
  expect((await readProgress(run, id))?.run).toMatchObject({ state: "running", scopeCount: 5 });
  await changeRun(run, id, (audit) => ({ ...audit, who: "another operator" }));
  const again = { ...run, newId: () => "the same" };
  const first = await startAudit(again, ASKED);
  await changeRun(run, first.id, (audit) => ({ ...audit, who: "another operator" }));
  await expect(startAudit(again, ASKED)).rejects.toMatchObject({ name: "Conflict" });
  expect((await readProgress(run, first.id))?.run.who).toBe("another operator");
});

test("a message of a run that is not visible yet is deferred; one of an unknown scope does nothing", async () => {
  const estate = await AuditEstate.create();
  const unknown = auditScope(estate.run, "20261123-120000000-abcdef", "mooring");
  await expect(unknown).rejects.toMatchObject({ name: "NotYet", retryAfterSeconds: 5 });
  const { id } = await startAudit(estate.run, ASKED);
  const scopes = (await listProgress(estate.run, id)).map(({ scope }) => scope);
  await auditScope(estate.run, id, "vnet:/elsewhere");
  expect((await readProgress(estate.run, id))?.scopes.map(({ scope }) => scope)).toEqual(scopes);
  expect(estate.run.tables.progress.all()).toHaveLength(scopes.length);
});
