import { beforeEach, expect, test } from "vitest";
import { acknowledge } from "../../shared/audit/acknowledge.ts";
import { reportOf } from "../../shared/audit/report/gather.ts";
import { runAudit } from "../../shared/audit/runAudit.ts";
import { startAudit } from "../../shared/audit/startAudit.ts";
import {
  balancer,
  cluster,
  declared,
  intent,
  pls,
  plsIntent,
  managedCluster,
  feed,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const SCOPE = `subscription:${SUBSCRIPTION}`;
const CHECK = "pls-visibility-differs";

let run: MemoryRun;

/** One Service with its PLS, whose visibility another writer set to `*`. */
beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed() }]);
  const value = declared({ intent: intent({ pls: plsIntent() }), observedAtUtc: run.clock.nowUtc });
  await run.tables.declarations.transact("one", [{ do: "put", key: "shop/web", value }]);
  run.network.clusters = [managedCluster()];
  run.network.balancers = [balancer()];
  run.network.allPrivateLinkServices = [pls({ visibility: ["*"] })];
});

async function audited(only?: string[]) {
  run.clock.advance(60);
  const asked = { who: "ada", why: "test", ...(only && { only }) };
  return (await runAudit(run, asked)).run;
}

const ours = async (audit: Awaited<ReturnType<typeof audited>>) => {
  const { findings, ...report } = await reportOf(run, audit);
  return { ...report, finding: findings.find(({ check }) => check === CHECK) };
};

test("the first audit has nothing to compare with", async () => {
  const { finding, since, open } = await ours(await audited());
  expect(since).toBeUndefined();
  expect(finding).toMatchObject({ check: CHECK, state: "open", severity: "error" });
  expect(finding).not.toHaveProperty("news");
  expect(open.error).toBeGreaterThan(0);
});

test("new and resolved findings are compared with the audit before, as of that time", async () => {
  run.network.allPrivateLinkServices = [pls()];
  const [fine] = [await audited()];
  run.network.allPrivateLinkServices = [pls({ visibility: ["*"] })];
  const bad = await audited();
  run.network.allPrivateLinkServices = [pls()];
  const mended = await audited();
  expect((await ours(bad)).finding?.change).toBe("new");
  expect((await ours(bad)).since).toMatchObject({ runId: fine.id, appeared: 1, resolved: [] });
  expect((await ours(mended)).finding).toBeUndefined();
  expect((await ours(mended)).since).toMatchObject({
    runId: bad.id,
    appeared: 0,
    resolved: [{ check: CHECK }],
  });
});

test("an unchanged finding was observed by this audit too", async () => {
  await audited();
  const again = await audited();
  const { finding } = await ours(again);
  expect(finding?.lastSeenAtUtc).toBe(again.startedAtUtc);
  expect(finding && finding.firstSeenAtUtc < again.startedAtUtc).toBe(true);
  expect(finding).not.toHaveProperty("news");
});

test("acknowledged findings are counted separately, from the next audit on", async () => {
  const before = await audited();
  const { finding, open } = await ours(before);
  const untilUtc = "2026-12-01T00:00:00.000Z";
  await acknowledge(run, finding?.id ?? "", { who: "ada", reason: "known", untilUtc });
  const after = await ours(await audited());
  expect(after.finding?.state).toBe("acknowledged");
  expect(after.open.error).toBe(open.error - 1);
  expect(after.acknowledged).toBe(1);
  expect((await ours(before)).finding?.state).toBe("open");
});

test("the report of some scopes contains only these", async () => {
  await audited();
  const { finding, findings, since } = await reportOf(run, await audited(["mooring"])).then((report) => ({
    ...report,
    finding: report.findings.find(({ check }) => check === CHECK),
  }));
  expect(finding).toBeUndefined();
  expect(new Set(findings.map(({ scope }) => scope)).has(SCOPE)).toBe(false);
  expect(since).toMatchObject({ resolved: [] });
});

test("an unreadable scope is reported with the reason; its findings are kept", async () => {
  await audited();
  run.network.calls.failNext(new Error("throttled"), { method: "privateLinkServices" });
  const { finding, unfinished } = await ours(await audited([SCOPE]));
  expect(unfinished).toEqual([{ scope: SCOPE, state: "failed", why: "throttled" }]);
  expect(finding).toMatchObject({ check: CHECK, state: "open" });
});

test("a running audit is reported with its current results", async () => {
  await audited();
  run.clock.advance(60);
  const { finding, unfinished } = await ours(await startAudit(run, { who: "ada", why: "test" }));
  expect(unfinished).toEqual([
    { scope: SCOPE, state: "waiting" },
    { scope: "mooring", state: "waiting" },
  ]);
  expect(finding).toMatchObject({ check: CHECK });
});
