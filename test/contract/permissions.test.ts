import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { azureActivity } from "../../shared/adapters/activity.ts";
import { azureNetwork } from "../../shared/adapters/network.ts";
import { azurePermissions } from "../../shared/adapters/permissions.ts";
import { openResources } from "../../shared/adapters/resources.ts";
import { RequestsLeft } from "../../shared/adapters/requestsLeft.ts";
import type { Activity } from "../../shared/ports/activity.ts";
import { Refused } from "../../shared/core/errors.ts";
import type { Network } from "../../shared/ports/network.ts";
import type { Permissions } from "../../shared/ports/permissions.ts";
import { BALANCER, GROUP, armWithPls, NET, PLS, VNET, type TestArm } from "../builders/arm.ts";
import { serveArm } from "../builders/servedArm.ts";
import { MemoryActivity } from "../memory/activity.ts";
import { MemoryNetwork } from "../memory/network.ts";
import { MemoryPermissions } from "../memory/permissions.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const AUTHORIZATION = "providers/Microsoft.Authorization";
const NETWORK_CONTRIBUTOR = `/subscriptions/${SUBSCRIPTION}/${AUTHORIZATION}/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7`;
const LIMITS = { bucket: 1000, perSecond: 0.001 };

interface World {
  permissions: Permissions;
  activity: Activity;
  network: Network;
  arm: TestArm;
}

let directory: string;
const closing: (() => Promise<unknown>)[] = [];

/** Raw requests over https, on an ARM with pages of two and a controller that was refused. */
async function real(): Promise<World & { resources: ReturnType<typeof openResources> }> {
  const arm = await armWithPls({ pageSize: 2, limits: { reads: LIMITS, writes: LIMITS, deletes: LIMITS } });
  const assign = (scope: string, name: string, principalId: string, principalType = "ServicePrincipal") =>
    arm.put(`${scope}/${AUTHORIZATION}/roleAssignments/${name}`, {
      properties: { roleDefinitionId: NETWORK_CONTRIBUTOR, principalId, principalType },
    });
  await assign(GROUP, "above", "ME");
  await assign(VNET, "at", "you");
  await assign(`${VNET}/subnets/apps`, "below", "group", "Group");
  for (const [name, identity] of Object.entries({
    plain: undefined,
    system: { type: "SystemAssigned" },
    user: { type: "UserAssigned", userAssignedIdentities: { "/id": {} } },
  }))
    await arm.put(`${GROUP}/providers/Microsoft.ContainerService/managedClusters/${name}`, {
      location: "westeurope",
      ...(identity && { identity }),
    });
  await arm.send("PUT", BALANCER, {
    properties: {
      frontendIPConfigurations: [{ name: "x", properties: { subnet: { id: `${VNET}/subnets/none` } } }],
    },
  });
  const served = await serveArm(arm, directory);
  closing.push(() => served.close());
  const left = new RequestsLeft();
  const access = { ...served.access, policies: [left.watch] };
  return {
    arm,
    network: azureNetwork(access),
    permissions: azurePermissions(access),
    activity: azureActivity(access, left),
    resources: openResources(access),
  };
}

/** Memory, filled with what the real one reads. */
async function memory(): Promise<World> {
  const { arm, network, permissions, activity } = await real();
  const assignments = [...(await permissions.assignmentsAt(VNET))];
  const log = [...(await activity.failures(SUBSCRIPTION, "rg", "2000-01-01T00:00:00.000Z"))];
  const role = await permissions.role(NETWORK_CONTRIBUTOR);
  return {
    arm,
    network: Object.assign(new MemoryNetwork(), {
      clusters: [...(await network.managedClusters(SUBSCRIPTION))],
    }),
    permissions: Object.assign(new MemoryPermissions(), { assignments, roles: role ? [role] : [] }),
    activity: Object.assign(new MemoryActivity(), {
      log,
      writes: [...(await activity.otherWrites(SUBSCRIPTION, "rg", "2000-01-01T00:00:00.000Z"))],
      left: [...activity.remaining(SUBSCRIPTION)],
    }),
  };
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-permissions-"));
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await rm(directory, { recursive: true, force: true });
});

describe.each([
  ["memory", memory],
  ["ARM", real],
])("who may do what, on %s", (_, open) => {
  test("assignments at a scope, above it and below it, page by page", async () => {
    const { permissions } = await open();
    const all = (await permissions.assignmentsAt(VNET)).toSorted((a, b) => (a.scope < b.scope ? -1 : 1));
    const roleId = NETWORK_CONTRIBUTOR;
    expect(all).toEqual([
      { principalId: "me", isGroup: false, roleId, scope: GROUP },
      { principalId: "you", isGroup: false, roleId, scope: VNET },
      { principalId: "group", isGroup: true, roleId, scope: `${VNET}/subnets/apps` },
    ]);
  });

  test("those of one principal, at the scope and above it", async () => {
    const { permissions } = await open();
    const scopes = (await permissions.assignmentsOf(VNET, "me")).map(({ scope }) => scope);
    expect(scopes).toEqual([GROUP]);
    expect(await permissions.assignmentsOf(VNET, "absent")).toEqual([]);
  });

  test("a role, or none", async () => {
    const { permissions } = await open();
    expect(await permissions.role(NETWORK_CONTRIBUTOR)).toMatchObject({
      name: "Network Contributor",
      permissions: [{ actions: expect.arrayContaining(["Microsoft.Network/*"]), notActions: [] }],
    });
    expect(await permissions.role(`${NETWORK_CONTRIBUTOR.slice(0, -1)}0`)).toBeUndefined();
  });

  test("identities of managed clusters", async () => {
    const { network } = await open();
    const counts = (await network.managedClusters(SUBSCRIPTION)).map(
      ({ id, principalIds }) => `${id.split("/").at(-1)} ${principalIds.length}`,
    );
    expect(counts.toSorted()).toEqual(["plain 0", "system 1", "user 1"]);
  });

  test("what failed in a resource group since a time, and why", async () => {
    const { activity } = await open();
    const failures = await activity.failures(SUBSCRIPTION, "RG", "2000-01-01T00:00:00.000Z");
    expect(failures).toEqual([
      {
        atUtc: expect.any(String),
        resourceId: BALANCER,
        operation: "Microsoft.Network/loadBalancers/write",
        code: expect.stringMatching(/^[A-Z]\w+$/),
        message: expect.stringMatching(/\w/),
      },
    ]);
    expect(await activity.failures(SUBSCRIPTION, "RG", "2999-01-01T00:00:00.000Z")).toEqual([]);
    expect(await activity.failures(SUBSCRIPTION, "other", "2000-01-01T00:00:00.000Z")).toEqual([]);
  });

  test("who wrote a load balancer or a Private Link Service in a resource group since a time", async () => {
    const { activity } = await open();
    const writes = await activity.otherWrites(SUBSCRIPTION, "RG", "2000-01-01T00:00:00.000Z");
    expect(new Set(writes.map(({ resourceId }) => resourceId))).toEqual(new Set([BALANCER, PLS]));
    expect(writes.map(({ caller }) => caller)).toEqual(writes.map(() => "test"));
    expect(writes.map(({ atUtc }) => atUtc)).toEqual(
      writes
        .map(({ atUtc }) => atUtc)
        .toSorted()
        .toReversed(),
    );
    expect(await activity.otherWrites(SUBSCRIPTION, "RG", "2999-01-01T00:00:00.000Z")).toEqual([]);
    expect(await activity.otherWrites(SUBSCRIPTION, "other", "2000-01-01T00:00:00.000Z")).toEqual([]);
  });

  test("remaining requests", async () => {
    const { activity, network } = await open();
    await network.managedClusters(SUBSCRIPTION);
    const [reads] = activity.remaining(SUBSCRIPTION).filter(({ kind }) => kind === "reads");
    expect(reads).toMatchObject({ subscription: SUBSCRIPTION, requests: expect.any(Number) });
    expect(activity.remaining("99999999-9999-4999-8999-999999999999")).toEqual([]);
  });
});

test("what Mooring itself wrote is left out", async () => {
  const { activity, resources } = await real();
  const since = "2000-01-01T00:00:00.000Z";
  const before = await activity.otherWrites(SUBSCRIPTION, "rg", since);
  const { body = {}, version = "" } = (await resources.read(PLS)) ?? {};
  await resources.write(PLS, body, version);
  expect(await activity.otherWrites(SUBSCRIPTION, "rg", since)).toEqual(before);
});

describe("what ARM refuses", () => {
  test.each<[string, RegExp, (world: World) => Promise<unknown>]>([
    ["assignments", /roleAssignments/, ({ permissions }) => permissions.assignmentsAt(VNET)],
    ["a role", /roleDefinitions/, ({ permissions }) => permissions.role(NETWORK_CONTRIBUTOR)],
    ["the activity log", /Insights/, ({ activity }) => activity.failures(SUBSCRIPTION, "rg", "2000-01-01")],
    ["its writes", /Insights/, ({ activity }) => activity.otherWrites(SUBSCRIPTION, "rg", "2000-01-01")],
  ])("%s", async (_, path, act) => {
    const world = await real();
    world.arm.faults.add({
      path: path.source,
      action: { kind: "error", status: 403, code: "AuthorizationFailed" },
    });
    await expect(act(world)).rejects.toThrow(Refused);
  });

  test("a name with a quote in it stays a name", async () => {
    const { activity } = await real();
    await expect(activity.failures(SUBSCRIPTION, "rg' or 'a", "2000-01-01")).resolves.toEqual([]);
  });
});

describe("requests left", () => {
  test("the lowest count of each kind within the minute counts, per subscription", async () => {
    let now = 0;
    const left = new RequestsLeft(() => now);
    const answer = (url: string, headers: Record<string, string>) =>
      left.watch.policy.sendRequest(
        { url } as never,
        async () => ({ headers: Object.entries(headers)[Symbol.iterator]() }) as never,
      );
    const url = `https://arm.test${NET}/loadBalancers?x`;
    const header = "x-ms-ratelimit-remaining-subscription-";
    await answer(url, { [`${header}reads`]: "30", [`${header}global-reads`]: "1" });
    await answer(url, { [`${header}Reads`]: "20", other: "1" });
    await answer(url, { [`${header}reads`]: "25" });
    await answer(url.replace(SUBSCRIPTION, "other"), { [`${header}reads`]: "1" });
    await answer("https://arm.test/tenants", { [`${header}reads`]: "1" });
    await answer(url, { [`${header}deletes`]: "7" });
    expect(left.least(SUBSCRIPTION.toUpperCase())).toEqual([
      { subscription: SUBSCRIPTION, kind: "reads", requests: 20 },
      { subscription: SUBSCRIPTION, kind: "deletes", requests: 7 },
    ]);
    now = 59_999;
    expect(left.least(SUBSCRIPTION)).toHaveLength(2);
    now = 60_001;
    expect(left.least(SUBSCRIPTION)).toEqual([]);
  });
});
