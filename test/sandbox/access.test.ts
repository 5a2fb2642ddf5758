/** What Azure lets an identity do that has role assignments. */
import { describe, expect, test } from "vitest";
import { neededAction } from "../../dev/sandbox/arm/access.ts";
import { issueToken } from "../../dev/sandbox/identity/token.ts";
import {
  BALANCER,
  balancerBody,
  GROUP,
  PLS,
  plsBody,
  armWithPls,
  NET,
  VNET,
  type TestArm,
} from "../builders/arm.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const AUTHORIZATION = "providers/Microsoft.Authorization";
const WIDE = `/subscriptions/${SUBSCRIPTION}`;
const CUSTOM = "00000000-0000-4000-8000-00000000000c";
const ME = { objectId: "me", applicationId: "app", name: "me" };
const WRITE_PLS = "Microsoft.Network/privateLinkServices/write";
const JOIN_SUBNET = "Microsoft.Network/virtualNetworks/subnets/join/action";
const JOIN_FRONTEND = "Microsoft.Network/loadBalancers/frontendIPConfigurations/join/action";

/** Sends as an identity that has these actions at the scope. */
async function allowed(arm: TestArm, actions: string[], scope = WIDE) {
  await arm.send("PUT", `${WIDE}/${AUTHORIZATION}/roleDefinitions/${CUSTOM}`, {
    properties: { roleName: "mine", permissions: [{ actions, notActions: [] }], assignableScopes: [WIDE] },
  });
  await arm.send("PUT", `${scope}/${AUTHORIZATION}/roleAssignments/a1`, {
    properties: { roleDefinitionId: `${WIDE}/${AUTHORIZATION}/roleDefinitions/${CUSTOM}`, principalId: "me" },
  });
  const headers = { authorization: `Bearer ${issueToken(ME).token}` };
  return (method: string, path: string, body?: unknown) => arm.send(method, path, body, headers);
}

describe("the action that a request needs", () => {
  test.each<[method: string, path: string, action: string | undefined, scope?: string]>([
    ["GET", PLS, "Microsoft.Network/privateLinkServices/read", PLS],
    ["GET", `${NET}/privateLinkServices`, "Microsoft.Network/privateLinkServices/read", GROUP],
    [
      "GET",
      `${WIDE}/providers/Microsoft.Network/loadBalancers`,
      "Microsoft.Network/loadBalancers/read",
      WIDE,
    ],
    ["HEAD", PLS, "Microsoft.Network/privateLinkServices/read", PLS],
    ["PATCH", PLS, WRITE_PLS, PLS],
    ["DELETE", PLS, "Microsoft.Network/privateLinkServices/delete", PLS],
    ["GET", `${VNET}/subnets`, "Microsoft.Network/virtualNetworks/subnets/read", VNET],
    ["GET", `${VNET}/usages`, "Microsoft.Network/virtualNetworks/usages/read", VNET],
    [
      "PUT",
      `${PLS}/privateEndpointConnections/c`,
      "Microsoft.Network/privateLinkServices/privateEndpointConnections/write",
      `${PLS}/privateEndpointConnections/c`,
    ],
    [
      "POST",
      `${WIDE}/providers/Microsoft.Network/locations/x/checkPrivateLinkServiceVisibility`,
      "Microsoft.Network/locations/checkPrivateLinkServiceVisibility/action",
      `${WIDE}/providers/Microsoft.Network/locations/x`,
    ],
    ["GET", `${PLS}/${AUTHORIZATION}/locks`, "Microsoft.Authorization/locks/read", PLS],
    [
      "GET",
      `${WIDE}/providers/Microsoft.Insights/eventtypes/management/values`,
      "Microsoft.Insights/eventtypes/values/read",
      `${WIDE}/providers/Microsoft.Insights/eventtypes/management`,
    ],
    ["GET", GROUP, "Microsoft.Resources/subscriptions/resourceGroups/read", GROUP],
    ["GET", `${GROUP}/resources`, "Microsoft.Resources/subscriptions/resources/read", GROUP],
    ["GET", WIDE, "Microsoft.Resources/subscriptions/read", WIDE],
    ["GET", "/subscriptions", undefined],
    ["GET", "/tenants", undefined],
    ["GET", `${WIDE}/providers`, undefined],
    ["GET", `${WIDE}/providers/Microsoft.Network`, undefined],
  ])("%s %s", (method, path, action, scope) =>
    expect(neededAction(method, path)).toEqual(action === undefined ? undefined : { action, scope }),
  );
});

describe("an identity with role assignments", () => {
  test("is refused what its roles lack, in Azure's words, and the activity log has it", async () => {
    const arm = await armWithPls();
    const send = await allowed(arm, ["Microsoft.Network/*/read"]);
    expect((await send("GET", PLS)).status).toBe(200);
    const refused = await send("PUT", PLS, plsBody());
    expect(refused.said).toBe("403 AuthorizationFailed");
    expect(refused.body.error.message).toBe(
      `The client 'app' with object id 'me' does not have authorization to perform action '${WRITE_PLS}' over scope '${PLS}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
    expect(arm.world.activity.at(-1)).toMatchObject({
      outcome: "Failure",
      caller: ME,
      operationName: WRITE_PLS,
    });
    expect((await send("DELETE", BALANCER)).said).toBe("403 AuthorizationFailed");
  });

  test("may do it only where it was given", async () => {
    const arm = await armWithPls();
    const send = await allowed(arm, ["Microsoft.Network/*"], VNET);
    expect((await send("GET", VNET)).status).toBe(200);
    expect((await send("GET", PLS)).said).toBe("403 AuthorizationFailed");
  });

  test.each<[string, string[], string]>([
    ["neither", [], `${JOIN_FRONTEND}', '${JOIN_SUBNET}`],
    ["the frontend only", [JOIN_FRONTEND], JOIN_SUBNET],
    ["both", [JOIN_FRONTEND, JOIN_SUBNET], ""],
  ])("must be allowed to join what a Private Link Service refers to: %s", async (_, joins, missing) => {
    const arm = await armWithPls();
    const send = await allowed(arm, [WRITE_PLS, ...joins]);
    const answer = await send("PUT", PLS, plsBody());
    expect(answer.said).toBe(missing === "" ? "200" : "403 LinkedAuthorizationFailed");
    if (missing !== "")
      expect(answer.body.error.message).toContain(`perform action(s) '${missing}' on the linked scope(s)`);
  });

  test.each<[string, object, string]>([
    [
      "a public address",
      {
        frontendIPConfigurations: [
          { name: "fe", properties: { publicIPAddress: { id: `${NET}/publicIPAddresses/p` } } },
        ],
      },
      "Microsoft.Network/publicIPAddresses/join/action",
    ],
    [
      "a network, for pools of addresses",
      {
        ...balancerBody().properties,
        backendAddressPools: [{ name: "b", properties: { virtualNetwork: { id: VNET } } }],
      },
      "Microsoft.Network/virtualNetworks/joinLoadBalancer/action",
    ],
  ])("must be allowed to join %s", async (_, properties, action) => {
    const arm = await armWithPls();
    const send = await allowed(arm, ["Microsoft.Network/loadBalancers/write", JOIN_SUBNET]);
    const answer = await send("PUT", BALANCER, { ...balancerBody(), properties });
    expect(answer.said).toBe("403 LinkedAuthorizationFailed");
    expect(answer.body.error.message).toContain(`'${action}'`);
  });

  test("gets its permissions", async () => {
    const arm = await armWithPls();
    const send = await allowed(
      arm,
      ["Microsoft.Network/*/read", "Microsoft.Authorization/permissions/read"],
      GROUP,
    );
    const listed = async (scope: string) => (await send("GET", `${scope}/${AUTHORIZATION}/permissions`)).body;
    expect(await listed(PLS)).toEqual({
      value: [
        {
          actions: ["Microsoft.Network/*/read", "Microsoft.Authorization/permissions/read"],
          notActions: [],
          dataActions: [],
          notDataActions: [],
        },
      ],
    });
    expect((await send("GET", `${WIDE}/${AUTHORIZATION}/permissions`)).said).toBe("403 AuthorizationFailed");
  });
});

test("a principal without any role assignment may do everything, and its permissions state it", async () => {
  const arm = await armWithPls();
  const { body } = await arm.send("GET", `${PLS}/${AUTHORIZATION}/permissions`);
  expect(body.value).toEqual([{ actions: ["*"], notActions: [], dataActions: [], notDataActions: [] }]);
  expect((await arm.send("PUT", PLS, plsBody())).status).toBe(200);
});
