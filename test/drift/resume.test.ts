/** A worker may die at any call, messages may come twice and in any order: the audit ends the same. */
import { describe, expect, test } from "vitest";
import { isThere } from "../../shared/drift/finding.ts";
import { listRuns, readProgress } from "../../shared/drift/runs.ts";
import { auditScope } from "../../shared/drift/auditScope.ts";
import { startAudit } from "../../shared/drift/startAudit.ts";
import { AuditEstate, type Message } from "../builders/auditEstate.ts";
import { MemoryNotices } from "../memory/notices.ts";

const LEASE_SECONDS = 601;
const ASKED = { who: "me", why: "test" };

/** One finding is new, one has gone, one stays. */
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

/** What must be the same, whatever happened on the way; times and ids aside. */
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
      .map((one) => [one.id, isThere(one), one.changed?.what, one.firstSeenAtUtc < "2026-11-23T13"]),
    told: [
      ...new Set(run.queue.sent.map(({ queue, item }) => `${queue} ${item.what} ${item.id === audit?.id}`)),
    ],
    kept:
      audit?.findingsState === undefined
        ? "missing"
        : ((await run.states.load(audit.findingsState)) as { id: string }[]).map(({ id }) => id),
    trend: run.tables.trends.all().map(({ counts, byCheck }) => ({ counts, byCheck })),
    leases: run.tables.leases.all().length,
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
      estate.run.clock.advance(LEASE_SECONDS);
    }
    left -= calls;
  }
  return { estate, hit };
}

describe("a worker that dies at any call of a port", () => {
  test.each(["before", "after"] as const)(
    "%s it happens: the audit ends as if nobody had died",
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
  test("that is done is not looked at again when its message comes again", async () => {
    const estate = await AuditEstate.create();
    estate.timer();
    await estate.deliver(estate.messages[0] as Message);
    const [scope] = estate.messages as [Message];
    await estate.deliver(scope, { keep: true });
    const asked = estate.run.network.calls.calls.length;
    await estate.deliver(scope);
    expect(estate.run.network.calls.calls).toHaveLength(asked);
  });

  test("is audited by one worker at a time, whatever the run", async () => {
    const { run } = await AuditEstate.create();
    const [first, second] = [await startAudit(run, ASKED), await startAudit(run, ASKED)];
    const scope = first.scopes[0] ?? "";
    const both = await Promise.allSettled([
      auditScope(run, first.id, scope),
      auditScope(run, second.id, scope),
    ]);
    expect(both).toMatchObject([{ status: "fulfilled" }, { status: "rejected", reason: { name: "NotYet" } }]);
  });
});

test("a run whose last worker died before it could end it, and whose messages are lost, is ended by the timer", async () => {
  const estate = await AuditEstate.create();
  estate.run.tables.trends.calls.failNext(new Error("storage is away"), {
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

test("a scope whose row of progress is missing is audited all the same: a run must not wait for ever", async () => {
  const estate = await AuditEstate.create();
  const { id, scopes } = await startAudit(estate.run, ASKED);
  const [scope = ""] = scopes;
  await estate.run.tables.progress.transact(id, [{ do: "remove", key: scope }]);
  await estate.drain();
  expect((await readProgress(estate.run, id))?.scopes.map(({ state }) => state)).toEqual(
    scopes.map(() => "done"),
  );
  expect((await listRuns(estate.run, 1)).map(({ state }) => state)).toEqual(["done"]);
});

test("a message about a run that is not known yet waits a little; one about a scope that is none of the run's does nothing", async () => {
  const estate = await AuditEstate.create();
  const unknown = auditScope(estate.run, "20261123-120000000-abcdef", "mooring");
  await expect(unknown).rejects.toMatchObject({ name: "NotYet", retryAfterSeconds: 5 });
  const { id, scopes } = await startAudit(estate.run, ASKED);
  await auditScope(estate.run, id, "vnet:/elsewhere");
  expect((await readProgress(estate.run, id))?.scopes.map(({ scope }) => scope)).toEqual(scopes);
  expect(estate.run.tables.progress.all()).toHaveLength(scopes.length);
});
