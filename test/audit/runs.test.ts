import { beforeEach, describe, expect, test } from "vitest";
import type { AuditProgress } from "../../shared/audit/auditRun.ts";
import { compareFindings } from "../../shared/audit/compare.ts";
import { auditScope } from "../../shared/audit/auditScope.ts";
import { listProgress } from "../../shared/audit/runStore.ts";
import { findingsOf } from "../../shared/audit/findingsState.ts";
import { isUnresolved } from "../../shared/findings/finding.ts";
import { runAudit } from "../../shared/audit/runAudit.ts";
import { cancelAudit, findRun, listRuns, readProgress } from "../../shared/audit/runs.ts";
import { chooseScopes, listScopes } from "../../shared/audit/scopes.ts";
import { startAudit } from "../../shared/audit/startAudit.ts";
import { listTrend } from "../../shared/audit/trend.ts";
import { AuditEstate, NAMES, subscriptionOf } from "../builders/auditEstate.ts";
import { VNET } from "../builders/world.ts";
import type { MemoryRun } from "../memory/run.ts";
import type { MemoryTable } from "../memory/table.ts";

const ASKED = { who: "me", why: "test" };
const MINUTE = 60;
const DAY = 86_400;

let estate: AuditEstate;
let run: MemoryRun;

beforeEach(async () => {
  estate = await AuditEstate.create();
  run = estate.run;
});

async function audit() {
  const { run: ended } = await runAudit(run, ASKED);
  return ended;
}

/** Transactions by table since the last count. */
function writes(): Record<string, number> {
  const counts = Object.entries(run.tables).map(([name, table]) => {
    const { calls } = (table as MemoryTable<unknown>).calls;
    const count = calls.filter(([method]) => method === "transact").length;
    calls.length = 0;
    return [name, count] as const;
  });
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

test("a run is found by its id, independent of the duration of its start", async () => {
  const ticking = {
    ...run,
    now: () => {
      run.clock.advance(0.001);
      return new Date(run.clock.nowUtc);
    },
  };
  const { id } = await startAudit(ticking, ASKED);
  expect((await readProgress(run, id))?.run.id).toBe(id);
  await estate.drain();
  expect((await findRun(run, id)).state).toBe("done");
});

describe("an audit when nothing has changed", () => {
  test("writes no finding, no state and no trend: only its own rows", async () => {
    estate.look({ one: "both", two: "visible" });
    await audit();
    run.clock.advance(MINUTE);
    writes();
    const states = [...run.states.states.keys()];
    await audit();
    const scopes = NAMES.length + 2;
    expect(writes()).toEqual({
      // Begun, its scopes written, ended.
      runs: 3,
      // One for all rows of the run, then began and done of each scope.
      progress: 1 + 2 * scopes,
      scopes,
    });
    expect([...run.states.states.keys()]).toEqual(states);
  });

  test("shares its findings with the run before, and one that changes them stores its own", async () => {
    estate.look({ one: "visible" });
    const [first, second] = [await audit(), await audit()];
    expect(second.findingsState).toBe(first.findingsState);
    estate.look({ one: "both" });
    const third = await audit();
    expect(third.findingsState).not.toBe(first.findingsState);
    const difference = compareFindings(await findingsOf(run, first), await findingsOf(run, third));
    expect(difference).toMatchObject({
      appeared: [{ check: "pls-auto-approval-differs" }],
      resolved: [],
      worse: [],
      unchanged: 1,
    });
  });
});

test("the check whether a run of many scopes can end needs one point read each, not the rows of all others", async () => {
  const networks = 100;
  for (let n = 0; n < networks; n += 1) {
    const value = { id: `${VNET}${n}`, scannedAtUtc: run.clock.nowUtc };
    await run.tables.vnets.transact("all", [{ do: "put", key: value.id.toLowerCase(), value }]);
  }
  const { id } = await startAudit(run, ASKED);
  for (const { scope } of await listProgress(run, id)) await auditScope(run, id, scope);
  expect(await findRun(run, id)).toMatchObject({ state: "done", scopeCount: networks + NAMES.length + 2 });
  expect(run.tables.progress.calls.count("list")).toBeLessThan(10);
});

describe("an audit in this process", () => {
  test("audits at most the configured number of scopes in parallel", async () => {
    const most = async (atOnce: number) => {
      let [now, most] = [0, 0];
      const { network } = run;
      const privateLinkServices = network.privateLinkServices.bind(network);
      network.privateLinkServices = async (subscription) => {
        most = Math.max(most, (now += 1));
        const answer = await privateLinkServices(subscription);
        for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
        now -= 1;
        return answer;
      };
      await runAudit(run, {
        ...ASKED,
        only: NAMES.map((name) => `subscription:${subscriptionOf(name)}`),
        atOnce,
      });
      network.privateLinkServices = privateLinkServices;
      return most;
    };
    expect([await most(1), await most(2), await most(3)]).toEqual([1, 2, 3]);
  });

  test("reports progress and remaining time after each scope", async () => {
    const told: AuditProgress[] = [];
    const { network } = run;
    const privateLinkServices = network.privateLinkServices.bind(network);
    network.privateLinkServices = async (subscription) => {
      run.clock.advance(10);
      return privateLinkServices(subscription);
    };
    const onProgress = (progress: AuditProgress) => void told.push(progress);
    await runAudit(run, {
      ...ASKED,
      only: NAMES.map((name) => `subscription:${subscriptionOf(name)}`),
      atOnce: 1,
      onProgress,
    });
    expect(told.map(({ finished, total, remainingSeconds }) => [finished, total, remainingSeconds])).toEqual([
      [0, 3, undefined],
      [1, 3, 20],
      [2, 3, 10],
      [3, 3, undefined],
    ]);
    expect(told.at(-1)?.scopes.map(({ state, looked }) => [state, (looked ?? 0) > 0])).toEqual(
      NAMES.map(() => ["done", true]),
    );
  });

  test("that is stopped skips scopes that have not started, and keeps its results", async () => {
    estate.look({ one: "visible", two: "visible", three: "visible" });
    const stop = new AbortController();
    const { network } = run;
    const privateLinkServices = network.privateLinkServices.bind(network);
    network.privateLinkServices = async (subscription) => {
      if (subscription === subscriptionOf("two")) stop.abort();
      return privateLinkServices(subscription);
    };
    const { run: ended, scopes } = await runAudit({ ...run, signal: stop.signal }, { ...ASKED, atOnce: 1 });
    expect(ended).toMatchObject({ state: "cancelled", cancelledBy: "me", appeared: 2, counts: { error: 2 } });
    expect(scopes.map(({ state }) => state)).toEqual(["done", "done", "left", "left", "left"]);
    expect(estate.findings()).toHaveLength(2);
  });

  test("a run with an unreadable scope fails with the reason, and keeps the rest", async () => {
    estate.look({ one: "visible", three: "visible" });
    estate.unreadable("two", true);
    const { run: ended, scopes } = await runAudit(run, ASKED);
    expect(ended).toMatchObject({ state: "failed", appeared: 2 });
    expect(scopes.flatMap(({ state, why }) => (why ? [[state, why]] : []))).toEqual([
      ["failed", "gateway timeout"],
    ]);
  });

  test("enqueues only PLS reconciles for repairable findings", async () => {
    estate.look({ one: "visible" });
    await audit();
    expect(run.queue.sent.map(({ queue }) => queue)).toEqual(["pls"]);
  });
});

describe("scopes", () => {
  test("are the subscriptions, the virtual networks and Mooring itself", async () => {
    expect(await listScopes(run)).toEqual([
      ...NAMES.map((name) => `subscription:${subscriptionOf(name)}`),
      `vnet:${VNET.toLowerCase()}`,
      "mooring",
    ]);
  });

  test("are chosen by their name in any case, or by a cluster", async () => {
    expect(await chooseScopes(run, ["MOORING", `Subscription:${subscriptionOf("three")}`])).toEqual([
      `subscription:${subscriptionOf("three")}`,
      "mooring",
    ]);
    expect(await chooseScopes(run, ["two"])).toEqual([
      `subscription:${subscriptionOf("two")}`,
      `vnet:${VNET.toLowerCase()}`,
    ]);
    await expect(chooseScopes(run, ["two", "nowhere", "void"])).rejects.toThrow(
      /^there is no scope nowhere; available: mooring, one, subscription:1.* and 3 more; there is no scope void; /,
    );
  });

  test("an audit of some of them keeps the findings of the others", async () => {
    estate.look({ one: "visible", two: "visible" });
    await audit();
    estate.look({});
    const { run: ended } = await runAudit(run, { ...ASKED, only: [`subscription:${subscriptionOf("one")}`] });
    expect(ended).toMatchObject({ state: "done", resolved: 1, counts: { error: 1 } });
  });

  test.each([
    ["the app does not watch any more takes its findings with it", "system", 1],
    ["a person's own settings leave out keeps its findings: the app watches it still", "me", 0],
  ])("one that %s", async (_, who, resolved) => {
    estate.look({ one: "visible", two: "visible" });
    await audit();
    const narrow = { ...run, ports: { ...run.ports, subscriptions: [subscriptionOf("one")] } };
    const { run: ended } = await runAudit(narrow, { ...ASKED, who });
    expect(ended).toMatchObject({ state: "done", resolved, counts: { error: 2 - resolved } });
  });
});

describe("runs", () => {
  test("are named by id, by a prefix of it, by latest and previous", async () => {
    const first = await audit();
    run.clock.advance(MINUTE);
    const second = await audit();
    run.clock.advance(MINUTE);
    const going = await startAudit(run, ASKED);
    expect(await listRuns(run, 2)).toEqual([going, second]);
    expect((await findRun(run, "latest")).id).toBe(second.id);
    expect((await findRun(run, "previous")).id).toBe(first.id);
    expect((await findRun(run, first.id)).id).toBe(first.id);
    expect((await findRun(run, first.id.slice(0, 20))).id).toBe(first.id);
    await expect(findRun(run, "2026")).rejects.toThrow('"2026" is ambiguous');
    await expect(findRun(run, "nonsense")).rejects.toThrow("audit nonsense does not exist");
  });

  test("there are none at first", async () => {
    await expect(findRun(run, "latest")).rejects.toThrow("no audit has ended yet");
    await audit();
    await expect(findRun(run, "previous")).rejects.toThrow("there is no audit before the latest one");
    expect(await readProgress(run, "20261123-120000000-ffffff")).toBeUndefined();
    expect(await cancelAudit(run, "20261123-120000000-ffffff", "me")).toBe(false);
  });

  test("that have ended cannot be cancelled", async () => {
    const { id } = await audit();
    expect(await cancelAudit(run, id, "me")).toBe(false);
    expect((await findRun(run, id)).state).toBe("done");
  });
});

describe("what is old goes", () => {
  test("runs after 30 days, with their progress and states", async () => {
    estate.look({ one: "visible" });
    const first = await audit();
    estate.look({});
    run.clock.advance(2 * DAY);
    const second = await audit();
    run.clock.advance(29 * DAY + MINUTE);
    const third = await audit();
    expect((await listRuns(run, 10)).map(({ id }) => id)).toEqual([third.id, second.id]);
    expect(run.tables.progress.all()).toHaveLength(2 * 5);
    // The second's is what the third found too.
    expect(third.findingsState).toBe(second.findingsState);
    expect([...run.states.states.keys()]).toEqual([second.findingsState]);
    expect(first.findingsState).not.toBe(second.findingsState);
  });

  test("when a scope was audited, once it is no more; a person's own settings forget nothing", async () => {
    await audit();
    const narrow = { ...run, ports: { ...run.ports, subscriptions: [subscriptionOf("one")] } };
    await runAudit(narrow, ASKED);
    expect(run.tables.scopes.all()).toHaveLength(NAMES.length + 2);
    await runAudit(narrow, { ...ASKED, who: "system" });
    expect(run.tables.scopes.all().map(({ scope }) => scope)).toEqual(await listScopes(narrow));
  });

  test("resolved findings after 90 days, trends after 400", async () => {
    estate.look({ one: "visible", two: "visible" });
    await audit();
    estate.look({ two: "visible" });
    await audit();
    run.clock.advance(91 * DAY);
    await audit();
    expect(run.tables.findings.all().map((one) => isUnresolved(one))).toEqual([true]);
    expect(await listTrend(run, 400)).toHaveLength(2);
    run.clock.advance(320 * DAY);
    await audit();
    expect(run.tables.trends.all()).toHaveLength(2);
  });
});

test("the trend has one row a day, with what its last audit left open", async () => {
  estate.look({ one: "both", two: "visible" });
  await audit();
  estate.look({ two: "visible" });
  run.clock.advance(MINUTE);
  await audit();
  run.clock.advance(DAY);
  estate.look({});
  await audit();
  expect(await listTrend(run, 7)).toEqual([
    {
      date: "2026-11-23",
      counts: { error: 1, warning: 0, info: 0 },
      byCheck: { "pls-visibility-differs": 1 },
    },
    { date: "2026-11-24", counts: { error: 0, warning: 0, info: 0 }, byCheck: {} },
  ]);
  expect((await listTrend(run, 1)).map(({ date }) => date)).toEqual(["2026-11-24"]);
});
