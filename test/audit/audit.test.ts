import { beforeEach, describe, expect, test } from "vitest";
import { addressKey } from "../../shared/azure/addressKey.ts";
import { runAudit } from "../../shared/audit/runAudit.ts";
import { FindingQuery, queryFindings } from "../../shared/audit/query.ts";
import type { PrivateLinkService } from "../../shared/azure/networkModel.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import {
  balancer,
  cluster,
  connection,
  declared,
  frontend,
  intent,
  pls,
  plsIntent,
  managedCluster,
  NOW,
  PARTNER,
  feed,
  subnetId,
  subnetRow,
  VNET,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

let run: MemoryRun;

/** A cluster with one Service, its frontend and its PLS, all as declared. */
beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed() }]);
  await run.tables.subnets.transact(VNET.toLowerCase(), [
    { do: "put", key: "apps", value: subnetRow({ plsNetworkPolicies: "Disabled" }) },
  ]);
  const holder = { holderId: frontend().id, seenAtUtc: NOW };
  await run.tables.addresses.transact(subnetId("apps").toLowerCase(), [
    { do: "put", key: addressKey("10.0.1.10"), value: { address: "10.0.1.10", assignment: holder } },
  ]);
  await declare({});
  run.network.clusters = [managedCluster()];
  run.network.balancers = [balancer()];
  run.network.allPrivateLinkServices = [pls()];
});

async function declare(some: Parameters<typeof plsIntent>[0], addresses = {}): Promise<void> {
  const value = declared({
    observedAtUtc: "2026-11-23T11:00:00.000Z",
    intent: intent({ pls: plsIntent(some), addresses }),
  });
  await run.tables.declarations.transact("one", [{ do: "put", key: "shop/web", value }]);
}

/** A complete audit and its result. */
async function audit() {
  await run.tables.vnets.transact("all", [
    { do: "put", key: VNET.toLowerCase(), value: { id: VNET, scannedAtUtc: NOW } },
  ]);
  const { run: ended } = await runAudit(run, { who: "system", why: "test" });
  const { state, counts = { error: 0, warning: 0, info: 0 }, appeared, resolved } = ended;
  return { state, open: counts.error + counts.warning + counts.info, appeared, resolved };
}

const open = async () => (await queryFindings(run, FindingQuery.parse({}))).map(({ check }) => check);
const setPls = (some: Partial<PrivateLinkService>) => void (run.network.allPrivateLinkServices = [pls(some)]);

test("a matching state has no findings", async () => {
  expect(await audit()).toEqual({ state: "done", open: 0, appeared: 0, resolved: 0 });
});

describe("each check reports its violation", () => {
  test.each<[string, () => unknown]>([
    ["pls-visibility-differs", () => setPls({ visibility: ["*"] })],
    ["pls-auto-approval-differs", () => setPls({ autoApproval: [PARTNER] })],
    ["pls-proxy-protocol-differs", () => setPls({ proxyProtocol: true })],
    [
      "pls-nat-addresses-differ",
      () => setPls({ natAddresses: [{ subnetId: subnetId("apps"), address: "10.0.1.7" }] }),
    ],
    ["pls-subnet-differs", () => setPls({ natAddresses: [{ subnetId: subnetId("other") }] })],
    ["pls-beyond-policy", () => applyPolicy(run, { privateLinkServices: { visibility: [PARTNER] } })],
    [
      "connection-no-longer-declared",
      () => setPls({ connections: [connection({ status: "Approved", description: "Auto Approved" })] }),
    ],
    ["pls-fqdns-differ", () => setPls({ fqdns: ["x.example.com"] })],
    [
      "pls-without-service",
      () =>
        setPls({ tags: { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": "shop/gone" } }),
    ],
    ["pls-missing", () => void (run.network.allPrivateLinkServices = [])],
    ["connection-disconnected", () => setPls({ connections: [connection({ status: "Disconnected" })] })],
    [
      "service-without-frontend",
      () => void (run.network.balancers = [balancer({ frontends: [frontend({ name: "other" })] })]),
    ],
    ["address-differs", () => declare({}, { ipv4: "10.0.1.99" })],
    ["load-balancer-basic-sku", () => void (run.network.balancers = [balancer({ sku: "Basic" })])],
    [
      "cluster-silent",
      () =>
        run.tables.feeds.transact("all", [
          { do: "put", key: "one", value: feed({ atUtc: "2026-11-22T00:00:00.000Z" }) },
        ]),
    ],
    [
      "subnet-policies-left-disabled",
      () =>
        run.tables.subnets.transact(VNET.toLowerCase(), [
          { do: "put", key: "old", value: subnetRow({ name: "old", plsNetworkPolicies: "Disabled" }) },
        ]),
    ],
    ["cluster-deleted", () => void (run.network.clusters = [])],
    [
      "subnet-nearly-full",
      () =>
        run.tables.subnets.transact(VNET.toLowerCase(), [
          {
            do: "put",
            key: "apps",
            value: subnetRow({ usedAddresses: 240, plsNetworkPolicies: "Disabled" }),
          },
        ]),
    ],
  ])("%s", async (check, arrange) => {
    await arrange();
    await audit();
    expect(await open()).toContain(check);
    const [finding] = (await queryFindings(run, FindingQuery.parse({}))).filter((one) => one.check === check);
    expect(finding).toMatchObject({
      firstSeenAtUtc: NOW,
      lastSeenAtUtc: NOW,
      message: expect.stringMatching(/\w/),
      advice: expect.stringMatching(/\w/),
    });
  });

  test("declared, allowed and actual values are reported together", async () => {
    await applyPolicy(run, { privateLinkServices: { visibility: [PARTNER] } });
    await declare({ visibility: [SUBSCRIPTION, PARTNER] });
    setPls({ visibility: ["*"] });
    await audit();
    const all = await queryFindings(run, FindingQuery.parse({}));
    expect(all.find(({ check }) => check === "pls-visibility-differs")).toMatchObject({
      declared: `${SUBSCRIPTION} ${PARTNER}`,
      allowed: PARTNER,
      actual: "*",
    });
  });

  test("connection-pending-declared", async () => {
    await declare({ autoApproval: [SUBSCRIPTION] });
    setPls({ autoApproval: [SUBSCRIPTION], connections: [connection({ status: "Pending" })] });
    await audit();
    expect(await open()).toEqual([]);
    run.clock.advance(11 * 60);
    await audit();
    expect(await open()).toEqual(["connection-pending-declared"]);
  });

  test("connection-pending-undeclared, after it was pending for as long as policy allows", async () => {
    await applyPolicy(run, {
      audit: { pendingHours: 1 },
      staleMinutes: 600,
      inventoryStaleMinutes: 600,
    });
    setPls({ connections: [connection({ status: "Pending" })] });
    await audit();
    run.clock.advance(59 * 60);
    expect(await open()).toEqual([]);
    run.clock.advance(60);
    expect(await open()).toEqual(["connection-pending-undeclared"]);
  });

  test("a repairable finding requests a PLS reconcile, once", async () => {
    await declare({ autoApproval: [SUBSCRIPTION] });
    setPls({ visibility: ["*"], connections: [connection({ status: "Pending" })] });
    await audit();
    expect(run.queue.sent.map(({ queue, item }) => [queue, item.id, item.why])).toEqual([
      ["pls", pls().id, "audit pls-auto-approval-differs"],
    ]);
  });

  test("declared and actual values are reported together", async () => {
    setPls({ visibility: ["*"] });
    await audit();
    expect(await queryFindings(run, FindingQuery.parse({ severity: "error", cluster: "one" }))).toMatchObject(
      [{ declared: SUBSCRIPTION, actual: "*", about: pls().id }],
    );
  });
});

describe("lifecycle of a finding", () => {
  test("it keeps the time of its first observation, is resolved, and can reopen", async () => {
    setPls({ visibility: ["*"] });
    expect(await audit()).toEqual({ state: "done", open: 1, appeared: 1, resolved: 0 });
    run.clock.advance(60);
    expect(await audit()).toEqual({ state: "done", open: 1, appeared: 0, resolved: 0 });
    setPls({});
    run.clock.advance(60);
    expect(await audit()).toEqual({ state: "done", open: 0, appeared: 0, resolved: 1 });
    expect(run.tables.findings.all()).toMatchObject([
      {
        firstSeenAtUtc: NOW,
        lastSeenAtUtc: "2026-11-23T12:01:00.000Z",
        resolvedAtUtc: "2026-11-23T12:02:00.000Z",
      },
    ]);
    setPls({ visibility: ["*"] });
    expect(await audit()).toMatchObject({ open: 1, appeared: 1 });
    expect(await open()).toEqual(["pls-visibility-differs"]);
  });

  test("an incomplete audit changes no finding, and fails", async () => {
    setPls({ visibility: ["*"] });
    await audit();
    setPls({});
    run.network.calls.failNext(new Error("throttled"), { method: "loadBalancers" });
    expect(await audit()).toEqual({ state: "failed", open: 1, appeared: 0, resolved: 0 });
    expect(await open()).toEqual(["pls-visibility-differs"]);
  });
});
