import { beforeEach, describe, expect, test } from "vitest";
import { addressKey } from "../../shared/addresses/key.ts";
import { runAudit } from "../../shared/drift/runAudit.ts";
import { FindingQuery, queryFindings } from "../../shared/drift/query.ts";
import type { Link } from "../../shared/network/model.ts";
import { applyPolicy } from "../../shared/applyPolicy.ts";
import {
  balancer,
  cluster,
  connection,
  declared,
  frontend,
  intent,
  link,
  linkIntent,
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

/** A cluster with one Service, its frontend and its link, all as declared. */
beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed() }]);
  await run.tables.subnets.transact(VNET.toLowerCase(), [
    { do: "put", key: "apps", value: subnetRow({ linkNetworkPolicies: "Disabled" }) },
  ]);
  const holder = { holderId: frontend().id, seenAtUtc: NOW };
  await run.tables.addresses.transact(subnetId("apps").toLowerCase(), [
    { do: "put", key: addressKey("10.0.1.10"), value: { address: "10.0.1.10", assignment: holder } },
  ]);
  await declare({});
  run.network.clusters = [managedCluster()];
  run.network.balancers = [balancer()];
  run.network.allLinks = [link()];
});

async function declare(some: Parameters<typeof linkIntent>[0], addresses = {}): Promise<void> {
  const value = declared({
    observedAtUtc: "2026-11-23T11:00:00.000Z",
    intent: intent({ link: linkIntent(some), addresses }),
  });
  await run.tables.declarations.transact("one", [{ do: "put", key: "shop/web", value }]);
}

/** A whole audit, and what came of it. */
async function audit() {
  await run.tables.vnets.transact("all", [
    { do: "put", key: VNET.toLowerCase(), value: { id: VNET, scannedAtUtc: NOW } },
  ]);
  const { run: ended } = await runAudit(run, { who: "system", why: "test" });
  const { state, counts = { error: 0, warn: 0, info: 0 }, appeared, resolved } = ended;
  return { state, open: counts.error + counts.warn + counts.info, appeared, resolved };
}

const open = async () => (await queryFindings(run, FindingQuery.parse({}))).map(({ check }) => check);
const setLink = (some: Partial<Link>) => void (run.network.allLinks = [link(some)]);

test("a world as declared has no findings", async () => {
  expect(await audit()).toEqual({ state: "done", open: 0, appeared: 0, resolved: 0 });
});

describe("each check finds what it is named for", () => {
  test.each<[string, () => unknown]>([
    ["link-visibility-differs", () => setLink({ visibility: ["*"] })],
    ["link-auto-approval-differs", () => setLink({ autoApproval: [PARTNER] })],
    ["link-proxy-protocol-differs", () => setLink({ proxyProtocol: true })],
    [
      "link-nat-addresses-differ",
      () => setLink({ natAddresses: [{ subnetId: subnetId("apps"), address: "10.0.1.7" }] }),
    ],
    ["link-subnet-differs", () => setLink({ natAddresses: [{ subnetId: subnetId("other") }] })],
    ["link-beyond-policy", () => applyPolicy(run, { links: { visibility: [PARTNER] } })],
    [
      "connection-no-longer-declared",
      () => setLink({ connections: [connection({ status: "Approved", description: "Auto Approved" })] }),
    ],
    ["link-fqdns-differ", () => setLink({ fqdns: ["x.example.com"] })],
    [
      "link-unexpected",
      () =>
        setLink({ tags: { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": "shop/gone" } }),
    ],
    ["link-missing", () => void (run.network.allLinks = [])],
    ["connection-disconnected", () => setLink({ connections: [connection({ status: "Disconnected" })] })],
    [
      "service-without-frontend",
      () => void (run.network.balancers = [balancer({ frontends: [frontend({ name: "other" })] })]),
    ],
    ["address-differs", () => declare({}, { ipv4: "10.0.1.99" })],
    ["basic-load-balancer", () => void (run.network.balancers = [balancer({ sku: "Basic" })])],
    [
      "cluster-silent",
      () =>
        run.tables.feeds.transact("all", [
          { do: "put", key: "one", value: feed({ atUtc: "2026-11-22T00:00:00.000Z" }) },
        ]),
    ],
    [
      "subnet-policies-left-off",
      () =>
        run.tables.subnets.transact(VNET.toLowerCase(), [
          { do: "put", key: "old", value: subnetRow({ name: "old", linkNetworkPolicies: "Disabled" }) },
        ]),
    ],
    ["cluster-gone", () => void (run.network.clusters = [])],
    [
      "subnet-nearly-full",
      () =>
        run.tables.subnets.transact(VNET.toLowerCase(), [
          {
            do: "put",
            key: "apps",
            value: subnetRow({ usedAddresses: 240, linkNetworkPolicies: "Disabled" }),
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

  test("what is declared, what policy leaves of it and what is there stand side by side", async () => {
    await applyPolicy(run, { links: { visibility: [PARTNER] } });
    await declare({ visibility: [SUBSCRIPTION, PARTNER] });
    setLink({ visibility: ["*"] });
    await audit();
    const all = await queryFindings(run, FindingQuery.parse({}));
    expect(all.find(({ check }) => check === "link-visibility-differs")).toMatchObject({
      declared: `${SUBSCRIPTION} ${PARTNER}`,
      allowed: PARTNER,
      actual: "*",
    });
  });

  test("connection-pending-declared", async () => {
    await declare({ autoApproval: [SUBSCRIPTION] });
    setLink({ autoApproval: [SUBSCRIPTION], connections: [connection({ status: "Pending" })] });
    await audit();
    expect(await open()).toEqual([]);
    run.clock.advance(11 * 60);
    await audit();
    expect(await open()).toEqual(["connection-pending-declared"]);
  });

  test("connection-pending-undeclared, once it has waited for as long as policy lets it", async () => {
    await applyPolicy(run, {
      audit: { pendingHours: 1 },
      staleMinutes: 600,
      inventoryStaleMinutes: 600,
    });
    setLink({ connections: [connection({ status: "Pending" })] });
    await audit();
    run.clock.advance(59 * 60);
    expect(await open()).toEqual([]);
    run.clock.advance(60);
    expect(await open()).toEqual(["connection-pending-undeclared"]);
  });

  test("what the links' reconcile would mend is handed to it, once", async () => {
    await declare({ autoApproval: [SUBSCRIPTION] });
    setLink({ visibility: ["*"], connections: [connection({ status: "Pending" })] });
    await audit();
    expect(run.queue.sent.map(({ queue, item }) => [queue, item.id, item.why])).toEqual([
      ["links", link().id, "audit link-auto-approval-differs"],
    ]);
  });

  test("declared and actual stand side by side", async () => {
    setLink({ visibility: ["*"] });
    await audit();
    expect(await queryFindings(run, FindingQuery.parse({ severity: "error", cluster: "one" }))).toMatchObject(
      [{ declared: SUBSCRIPTION, actual: "*", about: link().id }],
    );
  });
});

describe("a finding's life", () => {
  test("it keeps when it was first seen, is resolved, and can come back", async () => {
    setLink({ visibility: ["*"] });
    expect(await audit()).toEqual({ state: "done", open: 1, appeared: 1, resolved: 0 });
    run.clock.advance(60);
    expect(await audit()).toEqual({ state: "done", open: 1, appeared: 0, resolved: 0 });
    setLink({});
    run.clock.advance(60);
    expect(await audit()).toEqual({ state: "done", open: 0, appeared: 0, resolved: 1 });
    expect(run.tables.findings.all()).toMatchObject([
      {
        firstSeenAtUtc: NOW,
        lastSeenAtUtc: "2026-11-23T12:01:00.000Z",
        resolvedAtUtc: "2026-11-23T12:02:00.000Z",
      },
    ]);
    setLink({ visibility: ["*"] });
    expect(await audit()).toMatchObject({ open: 1, appeared: 1 });
    expect(await open()).toEqual(["link-visibility-differs"]);
  });

  test("an audit that cannot read everything changes no finding, and says so", async () => {
    setLink({ visibility: ["*"] });
    await audit();
    setLink({});
    run.network.calls.failNext(new Error("throttled"), { method: "loadBalancers" });
    expect(await audit()).toEqual({ state: "failed", open: 1, appeared: 0, resolved: 0 });
    expect(await open()).toEqual(["link-visibility-differs"]);
  });
});
