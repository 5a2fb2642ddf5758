/** A frontend that lost its Service, on a load balancer that lives: taken out, and put back, on the sandbox with the real SDK. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { planUndo } from "../../shared/changes/undo.ts";
import { listQuarantine } from "../../shared/orphans/quarantine.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { liveCluster, type LiveCluster } from "../builders/liveCluster.ts";
import { cluster } from "../builders/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { sweepOnce } from "./sweepOnce.ts";

const DAY = 86_400;

let directory: string;
let live: LiveCluster;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-frontends-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));
beforeEach(async () => {
  live = await liveCluster(directory);
  const group = cluster().resourceId.split("/providers/")[0] ?? "";
  await live.arm.put(group, { location: "westeurope" });
  await live.arm.put(cluster().resourceId, {
    location: "westeurope",
    properties: { nodeResourceGroup: "MC_one" },
  });
  await applyPolicy(live.run, { modes: { sweep: "enforce" }, maxDeletePercent: 100 });
  for (const name of ["web", "api"]) await live.declare(name, { visibility: [SUBSCRIPTION] });
});
afterEach(() => live.close());

const item = { what: "orphans", id: "all", why: "test", seenAtUtc: "", correlationId: "c" };
const sweep = async () =>
  (await sweepOnce(live.run, live.apply, item)).map(({ change, outcome, why }) =>
    [outcome, change.action, change.resourceId.split("/").at(-1), ...(why ? [why] : [])].join(" "),
  );
/** Days pass; the cluster goes on reporting. */
async function later(days: number): Promise<void> {
  live.run.clock.advance(days * DAY);
  await live.report();
}
const parts = async () => {
  const { properties } = await live.balancer();
  const count = (name: string) => properties[name].length;
  return ["frontendIPConfigurations", "loadBalancingRules", "probes", "backendAddressPools"].map(count);
};

test("it goes with its Private Link Service, its rules and its probes; what others use stays", async () => {
  expect(await parts()).toEqual([2, 2, 2, 1]);
  await live.lose("api");
  expect(await sweep()).toEqual([]);
  expect((await listQuarantine(live.run)).map(({ kind }) => kind).toSorted()).toEqual(["frontend", "pls"]);
  // The grace period begins with the next list.
  await later(0.01);
  await sweep();
  await later(8);
  expect(await sweep()).toEqual([]);
  await later(0.01);
  await sweep();
  await later(0.01);
  const done = await sweep();
  expect([...done]).toEqual([]);
  expect(await parts()).toEqual([1, 1, 1, 1]);
  expect((await live.arm.send("GET", (await live.plsOf("web")).id)).status).toBe(200);
  expect((await live.plsOf("api")).error.code).toBe("ResourceNotFound");
  const outcomes = live.run.tables.journal.all().map(({ change, outcome }) => `${outcome} ${change.action}`);
  expect(outcomes.toSorted()).toEqual(["applied delete", "applied update"]);
});

test("undone, it stands there again with its rules and its probe", async () => {
  const before = await live.balancer();
  await live.lose("api");
  await sweep();
  await later(0.01);
  await sweep();
  await later(8);
  await sweep();
  await live.report();
  await sweep();
  const entry = live.run.tables.journal.all().find(({ change }) => change.action === "update");
  const { plan, losses } = await planUndo(live.run, entry?.id ?? "");
  expect(losses).toHaveLength(1);
  const cause = { why: "undo", who: "ada", correlationId: "c" };
  expect(await live.apply(live.run, plan, cause, { inSight: 1 })).toMatchObject([{ outcome: "applied" }]);
  const after = await live.balancer();
  const names = (body: any, list: string) => body.properties[list].map(({ name }: any) => name).toSorted();
  for (const list of ["frontendIPConfigurations", "loadBalancingRules", "probes"])
    expect(names(after, list)).toEqual(names(before, list));
});

test("it stays while a Private Link Service with consumers is attached to it, or while its Service is recorded", async () => {
  expect(await sweep()).toEqual([]);
  await later(8);
  expect(await sweep()).toEqual([]);
  expect(await listQuarantine(live.run)).toEqual([]);
  expect(await parts()).toEqual([2, 2, 2, 1]);
});

test("a Service that comes back in its grace period keeps it", async () => {
  await live.lose("api");
  await sweep();
  await later(4);
  // A newer controller leaves the Service pending until the Private Link Service of its predecessor is deleted.
  live.takeOverNames();
  await live.declare("api", { visibility: [SUBSCRIPTION] });
  await later(5);
  await sweep();
  const { properties } = await live.balancer();
  expect(properties.frontendIPConfigurations.length).toBeGreaterThanOrEqual(2);
});
