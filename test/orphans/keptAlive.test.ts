/** What keeps a sweep from deleting what is alive, in use, or not made by the controller. */
import { beforeEach, expect, test } from "vitest";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { createApply } from "../../shared/changes/apply.ts";
import { rebindCluster } from "../../shared/declarations/clusterIdentity.ts";
import { resumeWriting, stopWriting } from "../../shared/changes/stop.ts";
import { propose } from "../../shared/declarations/proposals.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { listQuarantine } from "../../shared/orphans/quarantine.ts";
import { findOrphans } from "../../shared/orphans/classify.ts";
import { gatherWorld } from "../../shared/orphans/gather.ts";
import { readPolicy } from "../../shared/policy/policyStore.ts";
import { previewDue } from "../../shared/orphans/sweep.ts";
import { Reporter, internalService } from "../builders/reports.ts";
import {
  balancer,
  balancerId,
  cluster,
  connection,
  declared,
  frontend,
  pls,
  managedCluster,
  NOW,
  UID,
} from "../builders/world.ts";
import { memoryRun, type MemoryRun } from "../memory/run.ts";
import { sweepOnce } from "./sweepOnce.ts";

const ITEM = { what: "orphans", id: "all", why: "timer", seenAtUtc: NOW, correlationId: "c" };
const HOUR = 3600;
const NEW = "99999999-4b5a-6978-8796-a5b4c3d2e1f0";
const IDENTITY = "aaaaaaaa-0000-4000-8000-000000000001";
let run: MemoryRun;
let reporter: Reporter;

beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await applyPolicy(run, {
    modes: { sweep: "enforce" },
    maxDeletePercent: 100,
    sweepGraceSeconds: 3 * HOUR,
  });
  run.network.clusters = [managedCluster()];
  reporter = new Reporter(run);
});

const sweep = () =>
  sweepOnce(run, createApply(run.resources), ITEM).then((all) =>
    all.map(({ outcome, why, change }) => `${outcome} ${change.resourceId.split("/").at(-1)} ${why ?? ""}`),
  );
/** What is due is requested again, confirmed, and judged again. */
const sweepToTheEnd = async () => {
  await sweep();
  await reporter.list();
  return sweep();
};
const bodyOf = (names: readonly string[]) => ({
  properties: {
    provisioningState: "Succeeded",
    frontendIPConfigurations: names.map((name) => ({ name })),
    loadBalancingRules: names.map((name) => ({ name: `${name}-TCP-80` })),
    backendAddressPools: [{ name: "kubernetes" }],
  },
});
const web = () => ({ ...internalService("web"), uid: UID });
const api = () => ({ ...internalService("api"), uid: NEW, resourceVersion: String(reporter.version) });

/** Service web was deleted, its load balancer is in quarantine, its cluster confirmed that, and the grace period is over. */
async function due(): Promise<void> {
  run.network.balancers = [balancer()];
  run.resources.place(balancerId(), bodyOf([baseName(UID)]));
  await reporter.list([web()]);
  await reporter.list([]);
  await reporter.list([]);
  await sweep();
  expect(await listQuarantine(run)).toHaveLength(1);
  await reporter.list([]);
  await sweep();
  run.clock.advance(4 * HOUR);
}

test("a list of load balancers that lags behind does not delete the one on which a confirmed Service lives", async () => {
  await due();
  // A new Service: the controller adds its frontend, the cluster confirms it. Only the list of Azure lags.
  run.resources.place(balancerId(), bodyOf([baseName(UID), baseName(NEW)]));
  await reporter.list([api()]);
  await sweepToTheEnd();
  expect(run.resources.bodyOf(balancerId())).toBeDefined();
});

test("a list of Private Link Services that lags behind does not delete one with an approved connection", async () => {
  run.network.balancers = [balancer()];
  run.resources.place(balancerId(), bodyOf([baseName(UID)]));
  const connected = (status: string) => [connection({ status })];
  run.network.allPrivateLinkServices = [pls({ connections: connected("Rejected") })];
  const { tags } = pls();
  const place = (status: string) =>
    run.resources.place(pls().id, {
      tags: { ...tags },
      properties: {
        provisioningState: "Succeeded",
        privateEndpointConnections: [
          { id: connection().id, properties: { privateLinkServiceConnectionState: { status } } },
        ],
      },
    });
  place("Rejected");
  run.resources.place(connection().id, {
    properties: { provisioningState: "Succeeded", privateLinkServiceConnectionState: { status: "Rejected" } },
  });
  await reporter.list([]);
  await reporter.list([]);
  await sweep();
  run.clock.advance(4 * HOUR);
  await reporter.list([]);
  // An operator approves the connection after all; the list does not show it yet.
  place("Approved");
  run.resources.place(connection().id, {
    properties: { provisioningState: "Succeeded", privateLinkServiceConnectionState: { status: "Approved" } },
  });
  await sweepToTheEnd();
  expect(run.resources.bodyOf(pls().id)).toBeDefined();
  expect(run.resources.bodyOf(connection().id)).toBeDefined();
});

test("a frontend's backend pool that got members since the list stays", async () => {
  const dead = frontend();
  const living = frontend({ name: baseName(NEW), address: "10.0.1.11" });
  const one = balancer({ frontends: [dead, living] });
  const pool = `${balancerId()}/backendAddressPools/own`;
  const rules = one.rules.map((rule) => (rule.frontendId === dead.id ? { ...rule, poolIds: [pool] } : rule));
  run.network.balancers = [{ ...one, rules, pools: [{ id: pool, name: "own", members: 0 }] }];
  const place = (members: number) =>
    run.resources.place(balancerId(), {
      properties: {
        ...bodyOf([baseName(UID), baseName(NEW)]).properties,
        backendAddressPools: [
          {
            name: "own",
            properties: {
              backendIPConfigurations: Array.from({ length: members }, (_, n) => ({ id: `nic${n}` })),
            },
          },
        ],
      },
    });
  place(0);
  await reporter.list([web(), api()]);
  await reporter.list([api()]);
  await reporter.list([api()]);
  await sweep();
  run.clock.advance(4 * HOUR);
  await reporter.list([api()]);
  place(3);
  await sweepToTheEnd();
  expect((run.resources.bodyOf(balancerId()) as any).properties.backendAddressPools).toHaveLength(1);
});

test("a Service that became a load balancer again after the last report keeps its load balancer", async () => {
  await due();
  await reporter.list([]);
  // The sender is silent for less than the stale time; webhook not called. Same uid: the controller finds Azure as it needs it.
  run.clock.advance(30 * 60);
  reporter.services = [web()];
  expect(await sweepToTheEnd()).not.toContainEqual(expect.stringMatching(/^applied kubernetes-internal/));
  expect(run.resources.bodyOf(balancerId())).toBeDefined();
});

test("a delete that a guard refused needs another report, however recent the last one is", async () => {
  await due();
  await stopWriting(run, "incident");
  await reporter.list([]);
  expect(await sweepToTheEnd()).toContainEqual(expect.stringMatching(/^refused kubernetes-internal stopped/));
  // Became a load balancer again; no report since. The last one is within the stale time.
  reporter.services = [web()];
  await resumeWriting(run);
  expect(await sweep()).toEqual([]);
  await reporter.list();
  expect(await sweep()).toEqual([]);
  expect(run.resources.bodyOf(balancerId())).toBeDefined();
});

test("a deleted cluster whose webhook sent a review a minute ago is not silent", async () => {
  run.network.balancers = [balancer({ pools: [] })];
  run.network.clusters = [];
  await reporter.list([web()]);
  run.clock.advance(5 * HOUR);
  // Admission reviewed the Service: a DELETE. The view merges it with the confirmed row, and forgets when it came.
  await propose(
    run,
    declared({ strength: "proposal", observedAtUtc: run.clock.nowUtc, deletedAtUtc: run.clock.nowUtc }),
  );
  run.clock.advance(60);
  const world = await gatherWorld(run, (await readPolicy(run)).policy);
  expect(findOrphans(world).map(({ verdict }) => verdict)).toEqual(["unproved"]);
});

test("an internal load balancer without frontends is not the controller's by its name's end", async () => {
  await reporter.list([]);
  run.network.balancers = [
    balancer({
      id: balancerId().replace("kubernetes-internal", "billing-internal"),
      name: "billing-internal",
      frontends: [],
    }),
  ];
  const world = await gatherWorld(run, (await readPolicy(run)).policy);
  expect(findOrphans(world).filter(({ verdict }) => verdict === "orphan")).toEqual([]);
});

test("the grace period begins again when the cluster is rebound", async () => {
  await due();
  await rebindCluster(run, "one", { uid: IDENTITY, reason: "rebuilt", who: "ann" });
  const rebuilt = new Reporter(run, "one", IDENTITY);
  rebuilt.version = 3;
  await rebuilt.list([]);
  for (let n = 0; n < 20; n += 1) await rebuilt.confirm();
  await sweep();
  await rebuilt.list();
  await sweep();
  expect(run.resources.bodyOf(balancerId())).toBeDefined();
});

test("one cluster that changes while its identity is corroborated does not stop the sweep of the others", async () => {
  const resourceId = cluster().resourceId.replace(/one$/, "two");
  const uncorroborated = { uid: "identity of two", boundAtUtc: NOW };
  const two = cluster({ name: "two", resourceId, nodeResourceGroup: "MC_two", identity: uncorroborated });
  await run.tables.clusters.transact("all", [{ do: "put", key: "two", value: two }]);
  run.network.clusters = [managedCluster(), managedCluster({ id: resourceId, nodeResourceGroup: "MC_two" })];
  const id = balancerId("MC_two");
  run.network.balancers = [balancer(), balancer({ id, frontends: [frontend({ name: baseName(NEW) }, id)] })];
  run.resources.place(balancerId(), bodyOf([baseName(UID)]));
  await new Reporter(run, "two").list([api()]);
  await reporter.list([web()]);
  await reporter.list([]);
  await reporter.list([]);
  // The operator rotates a token of cluster two at the wrong moment.
  const { clusters } = run.tables;
  const transact = clusters.transact.bind(clusters);
  clusters.transact = async (partition, writes) => {
    const value = (await clusters.get("all", "two"))?.value;
    if (value) await transact("all", [{ do: "put", key: "two", value }]);
    return transact(partition, writes);
  };
  await sweep();
  expect(await listQuarantine(run)).toHaveLength(1);
});

test("a list whose versions lag behind does not delete a Private Link Service that its controller has written since", async () => {
  const withPls = { ...internalService("web", { "pls-create": "true" }), uid: UID };
  run.network.balancers = [balancer()];
  run.resources.place(balancerId(), bodyOf([baseName(UID)]));
  const { tags } = pls();
  const write = () =>
    run.resources.place(pls().id, {
      tags: { ...tags },
      properties: { provisioningState: "Succeeded", privateEndpointConnections: [] },
    });
  run.network.allPrivateLinkServices = [pls({ version: write().version })];
  await reporter.list([withPls]);
  const withdrawn = { ...web(), resourceVersion: String(reporter.version) };
  await reporter.list([withdrawn]);
  await sweep();
  expect(await listQuarantine(run)).toHaveLength(1);
  run.clock.advance(4 * HOUR);
  await reporter.list([withdrawn]);
  // Declared again while the webhook is not called; the controller writes it. Only the list of Azure lags.
  write();
  await sweepToTheEnd();
  expect(run.resources.bodyOf(pls().id)).toBeDefined();
});

test("a load balancer whose frontend refers to a Private Link Service that no list shows stays", async () => {
  await due();
  await reporter.list([]);
  // In a resource group that Mooring may not read: ARM leaves it out of every list. The load balancer itself refers to it.
  const privateLinkService = { id: pls().id.replace("MC_one", "rg-private") };
  const body = bodyOf([baseName(UID)]);
  run.resources.place(balancerId(), {
    properties: {
      ...body.properties,
      frontendIPConfigurations: [{ name: baseName(UID), properties: { privateLinkService } }],
    },
  });
  await sweepToTheEnd();
  expect(run.resources.bodyOf(balancerId())).toBeDefined();
});

test.each(["frontendIPConfigurations", "loadBalancingRules", "backendAddressPools"])(
  "a load balancer whose %s Azure does not report stays: it may be in use",
  async (list) => {
    await due();
    await reporter.list([]);
    run.resources.place(balancerId(), {
      properties: { ...bodyOf([baseName(UID)]).properties, [list]: null },
    });
    expect(await sweepToTheEnd()).toContainEqual(expect.stringContaining(`Azure did not report its ${list}`));
    expect(run.resources.bodyOf(balancerId())).toBeDefined();
  },
);

test("a preview writes nothing", async () => {
  const bare = cluster({ identity: { uid: "identity of one", boundAtUtc: NOW } });
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: bare }]);
  await reporter.list([web()]);
  run.network.balancers = [balancer()];
  const writes = run.tables.clusters.calls.count("transact");
  await previewDue(run);
  expect(run.tables.clusters.calls.count("transact")).toBe(writes);
});
