import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { issueToken } from "../../dev/sandbox/identity/token.ts";
import {
  balancerBody,
  GROUP,
  armWithPls,
  NET,
  testArm,
  VNET,
  vnetBody,
  type TestArm,
} from "../builders/arm.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const AUTHORIZATION = "providers/Microsoft.Authorization";
const NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7";
const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const CUSTOM = "00000000-0000-4000-8000-00000000000c";
const CLUSTER = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/one`;

const assign = (arm: TestArm, scope: string, name: string, principalId = "me", role = READER) =>
  arm.send("PUT", `${scope}/${AUTHORIZATION}/roleAssignments/${name}`, {
    properties: { roleDefinitionId: `/${AUTHORIZATION}/roleDefinitions/${role}`, principalId },
  });
const listed = async (arm: TestArm, scope: string, filter = "") => {
  const { body } = await arm.send(
    "GET",
    `${scope}/${AUTHORIZATION}/roleAssignments${filter && `?$filter=${filter}`}`,
  );
  return (body.value as { name: string }[]).map(({ name }) => name).toSorted();
};

describe("role assignments", () => {
  test("as ARM returns them", async () => {
    const arm = await armWithPls();
    expect((await assign(arm, VNET, "a1")).status).toBe(201);
    expect((await arm.send("GET", `${VNET}/${AUTHORIZATION}/roleAssignments/A1`)).body).toEqual({
      id: `${VNET}/${AUTHORIZATION}/roleAssignments/a1`,
      type: "Microsoft.Authorization/roleAssignments",
      name: "a1",
      properties: {
        roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/${AUTHORIZATION}/roleDefinitions/${READER}`,
        principalId: "me",
        principalType: "ServicePrincipal",
        scope: VNET,
        condition: null,
        conditionVersion: null,
        createdOn: expect.any(String),
        updatedOn: expect.any(String),
        createdBy: expect.any(String),
        updatedBy: expect.any(String),
        delegatedManagedIdentityResourceId: null,
        description: null,
      },
    });
  });

  test("a scope's list has what is at it, above it and below it; filters narrow it", async () => {
    const arm = await armWithPls();
    await assign(arm, `/subscriptions/${SUBSCRIPTION}`, "above");
    await assign(arm, VNET, "at");
    await assign(arm, `${VNET}/subnets/apps`, "below");
    await assign(arm, `${NET}/loadBalancers/lb`, "beside");
    await assign(arm, VNET, "other", "you");
    expect(await listed(arm, VNET)).toEqual(["above", "at", "below", "other"]);
    expect(await listed(arm, VNET, "atScope()")).toEqual(["above", "at", "other"]);
    expect(await listed(arm, VNET, "principalId eq 'ME'")).toEqual(["above", "at", "below"]);
    expect(await listed(arm, VNET, "assignedTo('me')")).toEqual(["above", "at"]);
    expect(await listed(arm, `/subscriptions/${SUBSCRIPTION}`, "principalId eq 'you'")).toEqual(["other"]);
  });

  test.each<[string, (arm: TestArm) => Promise<{ said: string }>, string]>([
    ["the same again", (arm) => assign(arm, VNET, "a1"), "200"],
    ["the same under another name", (arm) => assign(arm, VNET, "a2"), "409 RoleAssignmentExists"],
    [
      "another principal under the same name",
      (arm) => assign(arm, VNET, "a1", "you"),
      "409 RoleAssignmentUpdateNotPermitted",
    ],
    [
      "a role that is not there",
      (arm) => assign(arm, VNET, "a3", "me", CUSTOM),
      "404 RoleDefinitionDoesNotExist",
    ],
    [
      "one that is not there",
      (arm) => arm.send("GET", `${VNET}/${AUTHORIZATION}/roleAssignments/none`),
      "404 RoleAssignmentNotFound",
    ],
    ["removing", (arm) => arm.send("DELETE", `${VNET}/${AUTHORIZATION}/roleAssignments/a1`), "200"],
    ["removing none", (arm) => arm.send("DELETE", `${VNET}/${AUTHORIZATION}/roleAssignments/none`), "204"],
  ])("%s", async (_, act, said) => {
    const arm = await armWithPls();
    await assign(arm, VNET, "a1");
    expect((await act(arm)).said).toBe(said);
  });

  test("go with what they are on", async () => {
    const arm = await testArm();
    await arm.put(GROUP, { location: "westeurope" });
    await arm.put(VNET, vnetBody());
    await assign(arm, `${VNET}/subnets/apps`, "a1");
    await arm.send("DELETE", VNET);
    await arm.idle();
    expect(await listed(arm, GROUP)).toEqual([]);
  });

  test("survive a restart, custom roles too", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mooring-roles-"));
    const options = { statePath: join(directory, "arm.json") };
    const before = await armWithPls(options);
    await before.send("PUT", `/subscriptions/${SUBSCRIPTION}/${AUTHORIZATION}/roleDefinitions/${CUSTOM}`, {
      properties: { roleName: "mine", permissions: [{ actions: ["*/read"] }], assignableScopes: ["/"] },
    });
    await assign(before, VNET, "a1", "me", CUSTOM);
    await before.save();
    const after = await testArm(options);
    expect(await listed(after, VNET)).toEqual(["a1"]);
    const role = await after.send("GET", `/${AUTHORIZATION}/roleDefinitions/${CUSTOM}`);
    expect(role.body.properties.roleName).toBe("mine");
    const log = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values`;
    const { body } = await after.send("GET", `${log}?$filter=eventTimestamp ge '2000-01-01'`);
    expect(body.value).toContainEqual(
      expect.objectContaining({
        operationName: expect.objectContaining({ value: "Microsoft.Network/virtualNetworks/write" }),
      }),
    );
    await rm(directory, { recursive: true });
  });
});

describe("role definitions", () => {
  const definitions = `/subscriptions/${SUBSCRIPTION}/${AUTHORIZATION}/roleDefinitions`;
  const custom = (assignableScopes: string[]) => ({
    properties: { roleName: "mine", permissions: [{ actions: ["*/read"] }], assignableScopes },
  });

  test("built-in ones have their real ids", async () => {
    const arm = await testArm();
    const { body } = await arm.send("GET", `${definitions}?$filter=roleName eq 'Network Contributor'`);
    expect(body.value).toMatchObject([
      {
        name: NETWORK_CONTRIBUTOR,
        properties: {
          type: "BuiltInRole",
          permissions: [{ actions: expect.arrayContaining(["Microsoft.Network/*"]), notActions: [] }],
        },
      },
    ]);
    expect(
      (await arm.send("GET", `/${AUTHORIZATION}/roleDefinitions/${READER}`)).body.properties.roleName,
    ).toBe("Reader");
  });

  test("a custom one is listed where it may be assigned", async () => {
    const arm = await armWithPls();
    await arm.send("PUT", `${definitions}/${CUSTOM}`, custom([GROUP]));
    const names = async (scope: string) =>
      (
        (await arm.send("GET", `${scope}/${AUTHORIZATION}/roleDefinitions?$filter=type eq 'CustomRole'`)).body
          .value as { name: string }[]
      ).map(({ name }) => name);
    expect(await names(VNET)).toEqual([CUSTOM]);
    expect(await names(`/subscriptions/${SUBSCRIPTION}`)).toEqual([]);
  });

  test.each<[string, (arm: TestArm) => Promise<{ said: string }>, string]>([
    [
      "changing a built-in one",
      (arm) => arm.send("PUT", `${definitions}/${READER}`, custom(["/"])),
      "400 RoleDefinitionUpdateNotPermitted",
    ],
    ["none", (arm) => arm.send("GET", `${definitions}/none`), "404 RoleDefinitionDoesNotExist"],
    [
      "removing one that is assigned",
      async (arm) => (
        await assign(arm, VNET, "a1", "me", CUSTOM),
        arm.send("DELETE", `${definitions}/${CUSTOM}`)
      ),
      "400 RoleDefinitionHasAssignments",
    ],
    ["removing", (arm) => arm.send("DELETE", `${definitions}/${CUSTOM}`), "200"],
  ])("%s", async (_, act, said) => {
    const arm = await armWithPls();
    await arm.send("PUT", `${definitions}/${CUSTOM}`, custom(["/"]));
    expect((await act(arm)).said).toBe(said);
  });
});

describe("identities of managed clusters", () => {
  const putCluster = async (arm: TestArm, identity?: object) =>
    (await arm.put(CLUSTER, { location: "westeurope", ...(identity && { identity }) })).identity;

  test.each<[string, object | undefined, unknown]>([
    ["none", undefined, undefined],
    [
      "system-assigned",
      { type: "SystemAssigned" },
      { type: "SystemAssigned", principalId: expect.any(String), tenantId: expect.any(String) },
    ],
    [
      "user-assigned",
      { type: "UserAssigned", userAssignedIdentities: { "/id": {} } },
      {
        type: "UserAssigned",
        userAssignedIdentities: { "/id": { clientId: expect.any(String), principalId: expect.any(String) } },
      },
    ],
  ])("%s", async (_, identity, expected) => {
    const arm = await armWithPls();
    expect(await putCluster(arm, identity)).toEqual(expected);
  });

  test("stay what they are when the cluster is written again", async () => {
    const arm = await armWithPls();
    const first = await putCluster(arm, { type: "SystemAssigned" });
    expect(await putCluster(arm, { type: "SystemAssigned" })).toEqual(first);
    expect(await putCluster(arm)).toEqual(first);
  });

  test("may create something in a subnet only if they may join it, and the activity log states why not", async () => {
    const arm = await armWithPls();
    const { principalId } = await putCluster(arm, { type: "SystemAssigned" });
    const { token } = issueToken({ objectId: principalId, applicationId: "app", name: "controller" });
    const put = () =>
      arm.send("PUT", `${NET}/loadBalancers/mine`, balancerBody(), { authorization: `Bearer ${token}` });
    const refused = await put();
    expect(refused.said).toBe("403 LinkedAuthorizationFailed");
    expect(refused.body.error.message).toContain(`on the linked scope(s) '${VNET}/subnets/apps'`);
    const log = await arm.send(
      "GET",
      `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values?$filter=eventTimestamp ge '2000-01-01' and resourceGroupName eq 'rg'`,
    );
    const failure = (log.body.value as any[]).find(({ status }) => status.value === "Failed");
    expect(failure).toMatchObject({
      operationName: { value: "Microsoft.Network/loadBalancers/write" },
      resourceId: `${NET}/loadBalancers/mine`,
      caller: "controller",
      properties: { statusCode: "Forbidden", eventCategory: "Administrative" },
    });
    expect(JSON.parse(failure.properties.statusMessage)).toEqual({
      error: { code: "LinkedAuthorizationFailed", message: refused.body.error.message },
    });
    await assign(arm, VNET, "a1", principalId, NETWORK_CONTRIBUTOR);
    expect((await put()).status).toBe(201);
  });

  test("a refusal raises no event", async () => {
    const arm = await armWithPls();
    const events: unknown[] = [];
    arm.onEvent((event) => events.push(event));
    expect(
      (await arm.send("PUT", `${NET}/loadBalancers/x`, { properties: { frontendIPConfigurations: [{}] } }))
        .status,
    ).toBeGreaterThan(399);
    expect(events).toEqual([]);
  });
});
