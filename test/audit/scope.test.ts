import { proposedClaim } from "../builders/claims.ts";
import { beforeEach, describe, expect, test } from "vitest";
import { addressKey } from "../../shared/azure/addressKey.ts";
import type { WebhookProbe } from "../../shared/declarations/webhookProbe.ts";
import { checkScope } from "../../shared/audit/checkScope.ts";
import { isUnresolved } from "../../shared/findings/finding.ts";
import { listFindings } from "../../shared/findings/findingStore.ts";
import { runAudit } from "../../shared/audit/runAudit.ts";
import { scanInventory } from "../../shared/inventory/scan.ts";
import { InvalidInput, Refused } from "../../shared/core/errors.ts";
import type { AddressRow, SubnetRow } from "../../shared/inventory/model.ts";
import type { Subnet } from "../../shared/azure/networkModel.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import { Policy } from "../../shared/policy/policy.ts";
import {
  balancer,
  balancerId,
  cluster,
  declared,
  frontend,
  intent,
  pls,
  plsIntent,
  managedCluster,
  NOW,
  feed,
  subnetId,
  subnetRow,
  UID,
  VNET,
} from "../builders/world.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";

const policy = Policy.parse({});
const NIC = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/vm`;
let run: MemoryRun;

/** A cluster with one Service, its frontend and its PLS, all as declared and as the inventory has it. */
beforeEach(async () => {
  run = memoryRun();
  await run.tables.clusters.transact("all", [{ do: "put", key: "one", value: cluster() }]);
  await run.tables.feeds.transact("all", [{ do: "put", key: "one", value: feed() }]);
  await run.tables.vnets.transact("all", [
    { do: "put", key: VNET.toLowerCase(), value: { id: VNET, scannedAtUtc: NOW } },
  ]);
  await subnet({ plsNetworkPolicies: "Disabled" });
  await record("10.0.1.10", frontend().id);
  await declare({ pls: plsIntent() });
  run.network.clusters = [managedCluster({ principalIds: ["me"] })];
  run.network.balancers = [balancer()];
  run.network.allPrivateLinkServices = [pls()];
  run.permissions.roles = [role("subnets", ["Microsoft.Network/virtualNetworks/subnets/*"])];
  run.permissions.assignments = [assigned("me", VNET)];
});

const subnet = (some: Parameters<typeof subnetRow>[0]) => {
  const value = subnetRow(some);
  return run.tables.subnets.transact(VNET.toLowerCase(), [{ do: "put", key: value.name, value }]);
};
const record = (address: string, holderId: string, more: Partial<AddressRow> = {}, name = "apps") =>
  run.tables.addresses.transact(subnetId(name).toLowerCase(), [
    {
      do: "put",
      key: addressKey(address),
      value: { address, assignment: { holderId, seenAtUtc: NOW }, ...more },
    },
  ]);
const declare = (some: Parameters<typeof intent>[0], more: Parameters<typeof declared>[0] = {}) => {
  const value = declared({ observedAtUtc: "2026-11-23T11:00:00.000Z", intent: intent(some), ...more });
  return run.tables.declarations.transact(value.cluster, [
    { do: "put", key: `${value.namespace}/${value.name}`, value },
  ]);
};
const role = (id: string, actions: string[], notActions: string[] = []) => ({
  id,
  name: id,
  permissions: [{ actions, notActions }],
});
const assigned = (principalId: string, scope: string, roleId = "subnets", isGroup = false) => ({
  principalId,
  scope,
  roleId,
  isGroup,
});

const found = async (scope: string, on = policy) => (await checkScope(run, on, scope)).found;
const ids = async (scope: string) => (await found(scope)).map(({ id }) => id);
const subnetOf = ({ id, vnetId, name, prefixes, delegations, plsNetworkPolicies }: SubnetRow): Subnet => ({
  id,
  vnetId,
  name,
  prefixes,
  delegations,
  plsNetworkPolicies,
});
const subscription = `subscription:${SUBSCRIPTION}`;
const vnet = `vnet:${VNET}`;

test("a healthy world has no findings, in any scope", async () => {
  expect(await checkScope(run, policy, subscription)).toEqual({ found: [], looked: 5 });
  expect(await checkScope(run, policy, vnet)).toEqual({ found: [], looked: 1 });
  expect(await checkScope(run, policy, "mooring")).toEqual({ found: [], looked: 7 });
});

test.each(["subscription:", "vnet:", "everything", ""])("%j is no scope", async (scope) => {
  await expect(checkScope(run, policy, scope)).rejects.toThrow(InvalidInput);
});

describe("a subscription", () => {
  test("result of the probe of the relay", async () => {
    const put = (webhook: Omit<WebhookProbe, "atUtc">) =>
      run.tables.feeds.transact("all", [
        { do: "put", key: "one", value: feed({ webhook: { ...webhook, atUtc: NOW } }) },
      ]);
    await put({ verdict: "ok", certificateEndsAtUtc: "2026-12-14T12:00:00.000Z" });
    expect(await ids(subscription)).toEqual([]);
    await put({ verdict: "ok", certificateEndsAtUtc: "2026-12-14T11:59:00.000Z" });
    expect(await ids(subscription)).toEqual(["cluster-relay-certificate-expiring"]);
    await put({ verdict: "timeout" });
    expect(await ids(subscription)).toEqual(["cluster-relay-failing"]);
  });

  test("each list is read once, without single reads", async () => {
    const names = Array.from({ length: 50 }, (_, n) => `s${n}`);
    for (const [n, name] of names.entries())
      await declare({}, { name, uid: UID.replace(/^0f/, n.toString(16).padStart(2, "0")) });
    run.network.balancers = [
      balancer({
        frontends: names.map((_, n) =>
          frontend({ name: baseName(UID.replace(/^0f/, n.toString(16).padStart(2, "0"))) }),
        ),
      }),
    ];
    await found(subscription);
    const calls = run.network.calls.calls.map(([method]) => method).toSorted();
    expect(calls).toEqual([
      "gatewayUses",
      "interfaceUses",
      "loadBalancers",
      "managedClusters",
      "privateLinkServices",
    ]);
    expect(run.permissions.calls.calls.map(([method]) => method)).toEqual(["assignmentsAt", "role"]);
    expect(run.resources.calls.calls).toEqual([]);
    expect(run.activity.calls.calls).toEqual([]);
  });

  test.each(["loadBalancers", "privateLinkServices", "interfaceUses", "gatewayUses", "managedClusters"])(
    "a list of %s that fails ends it",
    async (method) => {
      run.network.calls.failNext(new Error("throttled"), { method });
      await expect(found(subscription)).rejects.toThrow("throttled");
    },
  );

  test("clusters that may not be listed are read one by one", async () => {
    run.network.calls.failNext(new Refused("no"), { method: "managedClusters" });
    expect(await ids(subscription)).toEqual([]);
    expect(run.network.calls.count("managedCluster")).toBe(1);
  });

  test("what is off is not looked for", async () => {
    run.network.balancers = [balancer({ sku: "Basic" })];
    expect(await ids(subscription)).toEqual(["load-balancer-basic-sku"]);
    const off = Policy.parse({ audit: { checks: { "load-balancer-basic-sku": "off" } } });
    expect(await found(subscription, off)).toEqual([]);
  });

  test("a deleted cluster has no Services", async () => {
    run.network.clusters = [];
    expect(await ids(subscription)).toEqual([
      "pls-without-service",
      "frontend-without-service",
      "cluster-deleted",
    ]);
  });

  test("few requests left", async () => {
    run.activity.left = [{ subscription: SUBSCRIPTION, kind: "reads", requests: 3 }];
    expect(await ids(subscription)).toEqual(["subscription-requests-near-limit"]);
  });
});

describe("addresses of Azure against the inventory", () => {
  const uses = (...some: [address: string, holderId: string, subnet?: string][]) =>
    void (run.network.uses = some.map(([address, holderId, name = "apps"]) => ({
      address,
      holderId,
      subnetId: subnetId(name),
    })));
  const addresses = async () =>
    (await found(subscription)).map(({ id, about }) => `${id} ${about.split("/").at(-1)}`).toSorted();

  test("both match, in any case", async () => {
    await record("10.0.1.4", NIC.toUpperCase());
    uses(["10.0.1.4", NIC]);
    expect(await addresses()).toEqual([]);
  });

  test("the inventory lacks one, and has another's on a second", async () => {
    await record("10.0.1.5", frontend().id);
    uses(["10.0.1.4", NIC], ["10.0.1.5", NIC]);
    expect(await addresses()).toEqual(["address-unrecorded 10.0.1.4", "address-unrecorded 10.0.1.5"]);
  });

  test("Azure does not show one any more", async () => {
    await record("10.0.1.4", NIC);
    expect(await addresses()).toEqual(["address-stale 10.0.1.4"]);
  });

  test("in a subnet where Azure shows nothing at all", async () => {
    await subnet({ name: "quiet" });
    await record("10.0.2.4", NIC, {}, "quiet");
    expect(await addresses()).toEqual(["address-stale 10.0.2.4"]);
  });

  test("holders of another subscription are another scope's", async () => {
    await record("10.0.1.4", NIC.replace(SUBSCRIPTION, "99999999-9999-4999-8999-999999999999"));
    expect(await addresses()).toEqual([]);
  });

  test("a subnet that was never scanned gives no findings", async () => {
    uses(["10.9.0.4", NIC, "unknown"]);
    expect(await addresses()).toEqual([]);
  });

  test("of an address that is named twice the last holder counts, as in a scan", async () => {
    await record("10.0.1.4", NIC);
    uses(["10.0.1.4", `${NIC}-other`], ["10.0.1.4", NIC]);
    expect(await addresses()).toEqual([]);
  });

  test("an IPv6 address is reported in its usual form", async () => {
    uses(["fd00::4", NIC]);
    expect(await addresses()).toEqual(["address-unrecorded fd00::4"]);
  });

  test("what the last scan saw need not be read again; what changed since must be", async () => {
    uses(["10.0.1.4", NIC], ["10.0.1.10", frontend().id]);
    run.network.allSubnets = [subnetOf(subnetRow({ plsNetworkPolicies: "Disabled" }))];
    await scanInventory(run);
    const rows = () => run.tables.addresses.calls.calls.length;
    const before = rows();
    expect(await addresses()).toEqual([]);
    expect(rows()).toBe(before);
    uses(["10.0.1.4", `${NIC}-other`], ["10.0.1.10", frontend().id]);
    expect(await addresses()).toEqual(["address-unrecorded 10.0.1.4"]);
    expect(rows()).toBe(before + 1);
    uses(["10.0.1.10", frontend().id]);
    expect(await addresses()).toEqual(["address-stale 10.0.1.4"]);
  });

  test("reads a subnet's rows once, whatever there is in it", async () => {
    const many = Array.from({ length: 200 }, (_, n) => `10.0.1.${n + 20}`);
    for (const address of many) await record(address, NIC);
    uses(...many.map((address): [string, string] => [address, NIC]));
    const before = run.tables.addresses.calls.calls.length;
    expect(await addresses()).toEqual([]);
    expect(run.tables.addresses.calls.calls.length - before).toBe(1);
  });
});

describe("what the identity of a cluster may do", () => {
  const missing = async () =>
    (await found(subscription))
      .filter(({ id }) => id === "cluster-identity-lacks-permission")
      .map(({ message }) => message.replaceAll("Microsoft.Network/virtualNetworks/", ""));
  const READ = "Microsoft.Network/virtualNetworks/subnets/read";
  const JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action";
  const lacks = (what: string) => [`the identity of cluster one lacks ${what} on subnet apps of vnet`];

  test.each<[string, () => unknown, string[]]>([
    ["a role over the network", () => undefined, []],
    [
      "inherited from the subscription, with a wildcard",
      () => {
        run.permissions.roles = [role("nc", ["Microsoft.Network/*"])];
        run.permissions.assignments = [assigned("me", `/subscriptions/${SUBSCRIPTION}`, "nc")];
      },
      [],
    ],
    [
      "two roles, one action each",
      () => {
        run.permissions.roles = [role("r", [READ.toUpperCase()]), role("j", [JOIN])];
        run.permissions.assignments = [assigned("me", VNET, "r"), assigned("me", "/", "j")];
      },
      [],
    ],
    [
      "on the subnet alone",
      () => void (run.permissions.assignments = [assigned("me", subnetId("APPS"))]),
      [],
    ],
    [
      "on another subnet",
      () => void (run.permissions.assignments = [assigned("me", subnetId("apps2"))]),
      lacks("subnets/join/action and subnets/read"),
    ],
    [
      "another network whose name begins alike",
      () => void (run.permissions.assignments = [assigned("me", `${VNET}-two`)]),
      lacks("subnets/join/action and subnets/read"),
    ],
    [
      "read only",
      () => void (run.permissions.roles = [role("subnets", ["*/read"])]),
      lacks("subnets/join/action"),
    ],
    [
      "taken away again by the same role",
      () => void (run.permissions.roles = [role("subnets", ["*"], ["*/join/action"])]),
      lacks("subnets/join/action"),
    ],
    [
      "what one role takes away another may give",
      () => {
        run.permissions.roles = [role("subnets", ["*"], ["*/join/action"]), role("j", [JOIN])];
        run.permissions.assignments.push(assigned("me", VNET, "j"));
      },
      [],
    ],
    [
      "an assignment of another principal",
      () => void (run.permissions.assignments = [assigned("you", VNET)]),
      lacks("subnets/join/action and subnets/read"),
    ],
    [
      "by a group that it is in",
      () => {
        run.permissions.assignments = [assigned("group", VNET, "subnets", true)];
        run.permissions.groups = { group: ["me"] };
      },
      [],
    ],
    [
      "a group that it is not in",
      () => void (run.permissions.assignments = [assigned("group", VNET, "subnets", true)]),
      lacks("subnets/join/action and subnets/read"),
    ],
    [
      "a deleted role grants nothing",
      () => void (run.permissions.roles = []),
      lacks("subnets/join/action and subnets/read"),
    ],
    [
      "a service principal has no identity to look up",
      () => {
        run.network.clusters = [managedCluster()];
        run.permissions.assignments = [];
      },
      [],
    ],
  ])("%s", async (_, arrange, expected) => {
    arrange();
    expect(await missing()).toEqual(expected);
  });

  test("subnets that its Services name count too", async () => {
    await declare({ subnet: "far", pls: plsIntent({ subnet: "pls" }) });
    run.permissions.assignments = [assigned("me", subnetId("apps"))];
    expect(await missing()).toEqual([
      "the identity of cluster one lacks subnets/join/action and subnets/read on subnets far, pls of vnet",
    ]);
  });

  test("missing permission to read is reported once per network, and resolves nothing", async () => {
    run.permissions.calls.failNext(new Refused("AuthorizationFailed"), { method: "assignmentsAt" });
    expect(await ids(subscription)).toEqual(["vnet-role-assignments-unreadable"]);
  });

  test("a failure that is none of rights ends the scope", async () => {
    run.permissions.calls.failNext(new Error("socket"), { method: "role" });
    await expect(found(subscription)).rejects.toThrow("socket");
  });
});

describe("what cannot be read", () => {
  const open = async () => {
    await runAudit(run, { who: "me", why: "test" });
    const findings = await listFindings(run);
    return findings
      .filter((one) => isUnresolved(one))
      .map(({ check, about }) => `${check} ${about.split("/").at(-1)}`);
  };
  const hideRights = () =>
    run.permissions.calls.failNext(new Refused("AuthorizationFailed"), { method: "assignmentsAt" });
  const hideCluster = () => {
    run.network.calls.failNext(new Refused("AuthorizationFailed"), { method: "managedClusters" });
    run.network.calls.failNext(new Refused("AuthorizationFailed"), { method: "managedCluster" });
  };

  test("rights: what was lacking is lacking still", async () => {
    run.permissions.assignments = [];
    expect(await open()).toEqual(["cluster-identity-lacks-permission one"]);
    hideRights();
    expect(await open()).toEqual([
      "cluster-identity-lacks-permission one",
      "vnet-role-assignments-unreadable vnet",
    ]);
    run.permissions.assignments = [assigned("me", VNET)];
    expect(await open()).toEqual([]);
  });

  test("a cluster: what was amiss with its Services and its identity stays", async () => {
    await declare({ addresses: { ipv4: "10.0.1.11" }, pls: plsIntent() });
    run.permissions.assignments = [];
    const before = await open();
    expect(before).toEqual(["address-differs web", "cluster-identity-lacks-permission one"]);
    hideCluster();
    expect(await open()).toEqual([
      "address-differs web",
      "cluster-identity-lacks-permission one",
      "cluster-unreadable one",
    ]);
    expect(await open()).toEqual(before);
  });

  test("a cluster: its deletion and its orphans stay reported", async () => {
    run.network.clusters = [];
    const before = await open();
    expect(before).toContain("cluster-deleted one");
    expect(before).toContain("pls-without-service pls");
    hideCluster();
    expect((await open()).filter((one) => !one.startsWith("cluster-unreadable"))).toEqual(before);
  });

  test("a cluster: no Service of it begins to lack its frontend", async () => {
    run.network.balancers = [];
    run.network.allPrivateLinkServices = [];
    hideCluster();
    expect(await open()).toEqual(["address-stale 10.0.1.10", "cluster-unreadable one"]);
    expect(await open()).toContain("service-without-frontend web");
  });

  test("a cluster: an unused frontend stays a finding", async () => {
    const dead = frontend({ name: "left-over", address: "10.0.1.12" });
    await record("10.0.1.12", dead.id);
    run.network.balancers = [balancer({ frontends: [frontend(), dead] })];
    const before = await open();
    expect(before).toContain("frontend-without-service left-over");
    hideCluster();
    expect((await open()).filter((one) => !one.startsWith("cluster-unreadable"))).toEqual(before);
  });
});

describe("why a Service has no frontend", () => {
  const failed = (atUtc: string, code: string, message = "", operation = "loadBalancers/write") => ({
    atUtc,
    code,
    message,
    operation: `Microsoft.Network/${operation}`,
    resourceId: balancerId(),
  });
  const reason = async () =>
    (await found(subscription)).find(({ id }) => id === "service-without-frontend")?.message.split("; ")[1];

  beforeEach(async () => {
    run.network.balancers = [balancer({ frontends: [], rules: [] })];
    run.network.allPrivateLinkServices = [];
    await declare({ addresses: { ipv4: "10.0.1.7" } });
  });

  test.each<[string, ReturnType<typeof failed>[], string | undefined]>([
    ["the log has nothing", [], undefined],
    [
      "the newest failure since it was declared",
      [failed("2026-11-23T11:10:00.000Z", "Old"), failed("2026-11-23T11:50:00.000Z", "New")],
      "likely because Azure refused Microsoft.Network/loadBalancers/write at 2026-11-23T11:50:00.000Z: New",
    ],
    [
      "one that names its address, though others are newer",
      [
        failed("2026-11-23T10:00:00.000Z", "PrivateIPAddressInUse", "10.0.1.7 is taken"),
        failed("2026-11-23T11:50:00.000Z", "New"),
      ],
      "likely because Azure refused Microsoft.Network/loadBalancers/write at 2026-11-23T10:00:00.000Z: PrivateIPAddressInUse: 10.0.1.7 is taken",
    ],
    ["what is older than the Service is none of its", [failed("2026-11-23T10:00:00.000Z", "Old")], undefined],
    [
      "of another kind of resource",
      [failed("2026-11-23T11:50:00.000Z", "No", "", "routeTables/write")],
      undefined,
    ],
    [
      "what the controller tries again",
      [failed("2026-11-23T11:50:00.000Z", "AnotherOperationInProgress")],
      undefined,
    ],
    ["yesterday's", [failed("2026-11-22T11:50:00.000Z", "PrivateIPAddressInUse", "10.0.1.7")], undefined],
  ])("%s", async (_, log, expected) => {
    run.activity.log = log;
    expect(await reason()).toBe(expected);
  });

  test("one question for a cluster, however many wait", async () => {
    await declare({}, { name: "second", uid: "second" });
    await found(subscription);
    expect(run.activity.calls.calls).toEqual([
      ["failures", SUBSCRIPTION, "MC_one", "2026-11-22T12:00:00.000Z"],
    ]);
  });

  test("a log that may not be read leaves the finding without a reason", async () => {
    run.activity.calls.failNext(new Refused("no"));
    expect(await ids(subscription)).toContain("service-without-frontend");
    expect(await reason()).toBeUndefined();
  });
});

describe("a virtual network", () => {
  test("sends no requests to Azure", async () => {
    await found(vnet);
    expect([run.network.calls.calls, run.permissions.calls.calls, run.resources.calls.calls]).toEqual([
      [],
      [],
      [],
    ]);
  });

  test.each<[string, () => unknown, string[]]>([
    ["a static address that is its own", () => declare({ addresses: { ipv4: "10.0.1.10" } }), []],
    [
      "one on a frontend of its cluster is shared by design",
      async () => {
        await declare({ addresses: { ipv4: "10.0.1.20" } });
        await record("10.0.1.20", frontend({ name: "other" }).id);
      },
      [],
    ],
    [
      "one that a machine has",
      async () => {
        await declare({ addresses: { ipv4: "10.0.1.20" } });
        await record("10.0.1.20", NIC);
      },
      ["address-in-use"],
    ],
    [
      "one that is another cluster's",
      async () => {
        await declare({ addresses: { ipv4: "10.0.1.20" } });
        await record("10.0.1.20", frontend({}, balancerId("MC_two")).id);
      },
      ["address-in-use"],
    ],
    [
      "a Private Link Service's address that a frontend has",
      async () => {
        await declare({ pls: plsIntent({ natIps: ["10.0.1.10"] }) });
      },
      ["address-in-use"],
    ],
    [
      "a Private Link Service's address that a Private Link Service has",
      async () => {
        await declare({ pls: plsIntent({ natIps: ["10.0.1.20"] }) });
        await record("10.0.1.20", pls().id);
      },
      [],
    ],
    [
      "an address outside the subnet is the gate's business",
      () => declare({ addresses: { ipv4: "192.168.0.1" } }),
      [],
    ],
    [
      "a Service that is being deleted requests nothing",
      async () => {
        await declare({ addresses: { ipv4: "10.0.1.20" } }, { deletedAtUtc: NOW });
        await record("10.0.1.20", NIC);
        await run.tables.subnets.transact(VNET.toLowerCase(), [
          { do: "put", key: "apps", value: subnetRow() },
        ]);
      },
      [],
    ],
  ])("%s", async (_, arrange, expected) => {
    await declare({});
    await subnet({});
    await arrange();
    const relevant = (await ids(vnet)).filter((id) => id === "address-in-use");
    expect(relevant).toEqual(expected);
  });

  test("an address that another cluster's Service declares", async () => {
    await declare({ addresses: { ipv4: "10.0.1.30" } });
    const claimed = (expiresAtUtc: string) =>
      run.tables.addresses.transact(subnetId("apps").toLowerCase(), [
        {
          do: "put",
          key: addressKey("10.0.1.30"),
          value: {
            address: "10.0.1.30",
            claims: [proposedClaim({ cluster: "two", name: "mail", expiresAtUtc })],
          },
        },
      ]);
    await claimed("2026-11-23T12:30:00.000Z");
    expect(await ids(vnet)).toContain("address-in-use");
    await claimed("2026-11-23T11:30:00.000Z");
    expect(await ids(vnet)).not.toContain("address-in-use");
  });

  test("a confirmed Service without its claim gets it back", async () => {
    await declare({ addresses: { ipv4: "10.0.1.31" } });
    await ids(vnet);
    expect(run.tables.addresses.all().find(({ address }) => address === "10.0.1.31")).toMatchObject({
      claims: [{ state: "confirmed", owner: { name: "web" } }],
    });
  });

  test("Private Link Services in a subnet come from the last scan", async () => {
    await declare({});
    expect(await ids(vnet)).toEqual(["subnet-policies-left-disabled"]);
    const row = { id: pls().id, name: "pls", frontendIds: [], frontendAddresses: [], consumers: [] };
    await run.tables.privateLinkServices.transact(SUBSCRIPTION, [
      { do: "put", key: "mc_one/pls", value: { ...row, subnetIds: [subnetId("Apps")] } },
    ]);
    expect(await ids(vnet)).toEqual([]);
  });

  test("usage over days predicts when a subnet is full", async () => {
    for (const usedAddresses of [100, 110, 120, 130]) {
      await subnet({ plsNetworkPolicies: "Disabled", usedAddresses });
      await found(vnet);
      run.clock.advance(24 * 3600);
    }
    run.clock.advance(-24 * 3600);
    expect(await found(vnet)).toMatchObject([{ id: "subnet-fills-soon", actual: "2026-12-09" }]);
    const writes = run.tables.usage.calls.count("transact");
    await found(vnet);
    expect(run.tables.usage.calls.count("transact")).toBe(writes);
  });

  test("other networks' clusters are theirs", async () => {
    await run.tables.clusters.transact("all", [
      { do: "put", key: "one", value: cluster({ vnetId: `${VNET}-two` }) },
    ]);
    expect(await ids(vnet)).toEqual(["subnet-policies-left-disabled"]);
  });
});

test("registrations that claim one node resource group are errors that name both", async () => {
  const second = cluster({ name: "two", resourceId: `${cluster().resourceId}-two` });
  await run.tables.clusters.transact("all", [{ do: "put", key: "two", value: second }]);
  const both = "clusters one and two are registered with the same node resource group MC_one";
  const contradicted = (await found(subscription)).filter(({ id }) => id === "cluster-contradicted");
  expect(contradicted).toMatchObject([
    { cluster: "one", severity: "error", message: both },
    { cluster: "two", severity: "error", message: both },
  ]);
});

describe("Mooring itself", () => {
  test.each<[string, () => unknown, string[]]>([
    [
      "an invalid stored policy",
      () =>
        run.tables.policies.transact("policy", [
          {
            do: "put",
            key: "current",
            value: { policy: { modes: { privateLinkServices: "maybe" } }, appliedAtUtc: NOW },
          },
        ]),
      ["policy-invalid"],
    ],
    [
      "writing stopped two days ago",
      () =>
        run.tables.policies.transact("policy", [
          {
            do: "put",
            key: "stop",
            value: { policy: { why: "an incident" }, appliedAtUtc: "2026-11-21T12:00:00.000Z" },
          },
        ]),
      ["writing-stopped"],
    ],
    [
      "a network that was scanned two hours ago",
      () =>
        run.tables.vnets.transact("all", [
          {
            do: "put",
            key: VNET.toLowerCase(),
            value: { id: VNET, scannedAtUtc: "2026-11-23T10:00:00.000Z" },
          },
        ]),
      ["inventory-stale"],
    ],
    [
      "messages that failed for good",
      () => {
        run.queue.fail("orphans", "one");
        run.queue.fail("orphans", "two");
      },
      ["queue-poisoned"],
    ],
    [
      "a scope without an audit since yesterday, and one that is no longer watched",
      () =>
        run.tables.scopes.transact(
          "all",
          [subscription, "subscription:99999999-9999-4999-8999-999999999999"].map((scope) => ({
            do: "put",
            key: scope,
            value: { scope, auditedAtUtc: "2026-11-22T12:00:00.000Z", runId: "r" },
          })),
        ),
      ["scope-unaudited"],
    ],
    [
      "quarantine that is not proved any more",
      () =>
        run.tables.quarantine.transact("all", [
          {
            do: "put",
            key: pls().id,
            value: {
              resourceId: pls().id,
              kind: "pls",
              cluster: "one",
              reason: "",
              evidence: [],
              quarantinedAtUtc: "2026-11-20T12:00:00.000Z",
              deleteAfterUtc: "2026-11-27T12:00:00.000Z",
              lastProvedAtUtc: "2026-11-21T12:00:00.000Z",
              subject: "",
              sequence: 5,
            },
          },
        ]),
      ["quarantine-unverified"],
    ],
  ])("%s", async (_, arrange, expected) => {
    await arrange();
    expect(await ids("mooring")).toEqual(expected);
    expect(run.network.calls.calls).toEqual([]);
  });
});
