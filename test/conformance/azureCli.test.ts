/** What an unmodified `az` 2.91 sends for the commands in docs/contributing/azure-cli.md, as `--debug` shows it, and what it needs of the answers. */
import { expect, test } from "vitest";
import { type Answer, ENDPOINT, GROUP, PLS, armWithPls, NET, type TestArm, VNET } from "../builders/arm.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const names = ({ body }: Answer): string[] => body.value.map(({ name }: { name: string }) => name);

/** az follows `Azure-AsyncOperation` until a terminal status. */
async function operationEnds(arm: TestArm, { headers }: Answer): Promise<string> {
  const url = headers.get("azure-asyncoperation") ?? "";
  expect((await arm.send("GET", url)).body).toMatchObject({
    status: expect.stringMatching(/InProgress|Succeeded/),
  });
  await arm.idle();
  return (await arm.send("GET", url)).body.status;
}

test("az login --identity, account list", async () => {
  const arm = await armWithPls();
  const { body } = await arm.send("GET", "/subscriptions?api-version=2022-12-01");
  expect(body.value[0]).toMatchObject({
    id: `/subscriptions/${SUBSCRIPTION}`,
    subscriptionId: SUBSCRIPTION,
    displayName: "one",
    state: "Enabled",
    tenantId: expect.any(String),
  });
});

test("az network lb list, vnet subnet list, private-link-service list", async () => {
  const arm = await armWithPls();
  const balancers = await arm.send("GET", `${NET}/loadBalancers?api-version=2025-07-01`);
  const subnets = await arm.send("GET", `${VNET}/subnets?api-version=2024-07-01`);
  const privateLinkServices = await arm.send("GET", `${NET}/privateLinkServices?api-version=2024-03-01`);
  expect([names(balancers), names(subnets), names(privateLinkServices)]).toEqual([
    ["lb"],
    ["apps", "pls", "small"],
    ["pls"],
  ]);
  expect(subnets.body.value[1].properties).toMatchObject({ privateLinkServiceNetworkPolicies: "Disabled" });
  expect(privateLinkServices.body.value[0].properties.alias).toMatch(/^pls\.[0-9a-f-]+\.westeurope\.azure\./);
});

test("az network private-endpoint create, show, delete", async () => {
  const arm = await armWithPls();
  const url = `${ENDPOINT}?api-version=2026-01-01`;
  const created = await arm.send("PUT", url, {
    location: "westeurope",
    properties: {
      ipVersionType: "IPv4",
      privateLinkServiceConnections: [{ name: "mine", properties: { privateLinkServiceId: PLS } }],
      subnet: { id: `${VNET}/subnets/apps` },
    },
  });
  expect(created.status).toBe(201);
  expect(await operationEnds(arm, created)).toBe("Succeeded");
  const shown = await arm.send("GET", url);
  expect(shown.body).toMatchObject({
    location: "westeurope",
    properties: { provisioningState: "Succeeded" },
  });
  expect(
    shown.body.properties.privateLinkServiceConnections[0].properties.privateLinkServiceConnectionState
      .status,
  ).toBe("Approved");

  const deleted = await arm.send("DELETE", url);
  expect(deleted.status).toBe(202);
  expect(await operationEnds(arm, deleted)).toBe("Succeeded");
  const location = deleted.headers.get("location") ?? "";
  expect((await arm.send("GET", location)).status).toBeLessThan(300);
  expect((await arm.send("GET", url)).said).toBe("404 ResourceNotFound");
});

test("a resource group that does not exist is reported as az prints it", async () => {
  const arm = await armWithPls();
  const answer = await arm.send("GET", `${GROUP}-none/providers/Microsoft.Network/loadBalancers`);
  expect(answer.said).toBe("404 ResourceGroupNotFound");
  expect(answer.body.error.message).toContain("'rg-none' could not be found");
});
