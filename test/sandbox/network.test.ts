import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BALANCER,
  balancerBody,
  ENDPOINT,
  endpointBody,
  frontendBody,
  GROUP,
  PLS,
  plsBody,
  armWithPls,
  NET,
  PARTNER_ENDPOINT,
  testArm,
  VNET,
  vnetBody,
  type TestArm,
} from "../builders/arm.ts";
import { PARTNER } from "../builders/world.ts";

const second = `${NET}/loadBalancers/second`;
const nic = (address?: string) => ({
  location: "westeurope",
  properties: { ipConfigurations: [{ name: "ip", properties: frontendBody("x", address).properties }] },
});

const rule = (name: string, some: object = {}) => ({
  name,
  properties: {
    frontendIPConfiguration: { id: `${second}/frontendIPConfigurations/a` },
    protocol: "Tcp",
    frontendPort: 80,
    backendPort: 80,
    enableFloatingIP: true,
    ...some,
  },
});
const ruled = (...loadBalancingRules: object[]) => {
  const body = balancerBody(frontendBody("a"), frontendBody("b"));
  return { ...body, properties: { ...body.properties, loadBalancingRules } };
};
const subscriptions = (count: number) =>
  Array.from({ length: count }, (_, n) => PARTNER.replace(/.{3}$/, String(n + 100)));

describe("Azure's refusals, by their codes", () => {
  test.each<[string, (arm: TestArm) => Promise<{ said: string }>, string]>([
    [
      "a static address that another holds",
      (arm) => arm.send("PUT", second, balancerBody(frontendBody("fe", "10.0.1.4"))),
      "400 PrivateIPAddressIsAllocated",
    ],
    [
      "two frontends that ask for one address",
      (arm) =>
        arm.send("PUT", second, balancerBody(frontendBody("a", "10.0.1.9"), frontendBody("b", "10.0.1.9"))),
      "400 MultipleIpConfigsRequestSamePrivateIpAddress",
    ],
    [
      "an address outside the subnet",
      (arm) => arm.send("PUT", second, balancerBody(frontendBody("fe", "10.9.9.9"))),
      "400 PrivateIPAddressNotInSubnet",
    ],
    [
      "the first four",
      (arm) => arm.send("PUT", second, balancerBody(frontendBody("fe", "10.0.1.3"))),
      "400 PrivateIPAddressInReservedRange",
    ],
    [
      "the last",
      (arm) => arm.send("PUT", second, balancerBody(frontendBody("fe", "10.0.1.255"))),
      "400 PrivateIPAddressInReservedRange",
    ],
    [
      "a full subnet",
      (arm) =>
        arm.send(
          "PUT",
          second,
          balancerBody(...["a", "b", "c", "d"].map((name) => frontendBody(name, undefined, "small"))),
        ),
      "400 SubnetIsFull",
    ],
    [
      "a subnet that is not there",
      (arm) => arm.send("PUT", second, balancerBody(frontendBody("fe", undefined, "none"))),
      "400 InvalidResourceReference",
    ],
    [
      "rules without a frontend",
      (arm) =>
        arm.send("PUT", second, {
          location: "westeurope",
          properties: { frontendIPConfigurations: [], backendAddressPools: [{ name: "p", properties: {} }] },
        }),
      "400 LoadBalancerWithoutFrontendIPCantHaveChildResources",
    ],
    [
      "subnets that overlap",
      (arm) => arm.send("PUT", `${VNET}/subnets/twin`, { properties: { addressPrefix: "10.0.1.128/25" } }),
      "400 NetcfgSubnetRangesOverlap",
    ],
    [
      "a Private Link Service where network policies are on",
      (arm) => arm.send("PUT", `${NET}/privateLinkServices/two`, plsBody({}, "apps")),
      "400 PrivateLinkServiceNetworkPoliciesCannotBeEnabledOnPrivateLinkServiceSubnet",
    ],
    [
      "policies turned on under a Private Link Service",
      (arm) => arm.send("PUT", `${VNET}/subnets/pls`, { properties: { addressPrefix: "10.0.2.0/26" } }),
      "400 PrivateLinkServiceNetworkPoliciesCannotBeEnabledOnPrivateLinkServiceSubnet",
    ],
    [
      "a load balancer under a Private Link Service",
      (arm) => arm.send("DELETE", BALANCER),
      "400 CannotDeleteLoadBalancerWithPrivateLinkService",
    ],
    ["a subnet in use", (arm) => arm.send("DELETE", `${VNET}/subnets/pls`), "400 InUseSubnetCannotBeDeleted"],
    [
      "a Private Link Service's own interface",
      async (arm) => arm.send("DELETE", (await arm.send("GET", PLS)).body.properties.networkInterfaces[0].id),
      "400 NicInUse",
    ],
    [
      "a Private Link Service with connections",
      async (arm) => (
        await arm.put(ENDPOINT, endpointBody("privateLinkServiceConnections")),
        arm.send("DELETE", PLS)
      ),
      "400 PrivateLinkServiceWithPrivateEndpointConnectionsCannotBeDeleted",
    ],
    [
      "an automatic connection from a stranger",
      (arm) => arm.send("PUT", PARTNER_ENDPOINT, endpointBody("privateLinkServiceConnections")),
      "403 LinkedAuthorizationFailed",
    ],
    [
      "nine NAT addresses",
      (arm) =>
        arm.send(
          "PUT",
          `${NET}/privateLinkServices/two`,
          plsBody({
            ipConfigurations: Array.from({ length: 9 }, (_, n) => ({
              name: `n${n}`,
              properties: { subnet: { id: `${VNET}/subnets/pls` } },
            })),
          }),
        ),
      "400 SandboxPrivateLinkServiceLimit",
    ],
    [
      "a ninth Private Link Service on a load balancer",
      async (arm) => {
        for (let n = 2; n <= 8; n += 1) await arm.put(`${NET}/privateLinkServices/pls-${n}`, plsBody());
        return arm.send("PUT", `${NET}/privateLinkServices/pls-9`, plsBody());
      },
      "400 SandboxPrivateLinkServiceLimit",
    ],
    [
      "a hundred and one subscriptions that see a Private Link Service",
      (arm) => arm.send("PUT", PLS, plsBody({ visibility: { subscriptions: subscriptions(101) } })),
      "400 SandboxPrivateLinkServiceLimit",
    ],
    [
      "as many that are auto-approved",
      (arm) => arm.send("PUT", PLS, plsBody({ autoApproval: { subscriptions: subscriptions(101) } })),
      "400 SandboxPrivateLinkServiceLimit",
    ],
    [
      "two rules with one port of one frontend",
      (arm) => arm.send("PUT", second, ruled(rule("a"), rule("b"))),
      "400 RulesUseSameBackendPortProtocolAndPoolAndFrontendIPWithFloatingIPEnabled",
    ],
    [
      "the same without floating IP",
      (arm) =>
        arm.send("PUT", second, ruled(rule("a"), rule("b", { enableFloatingIP: false, backendPort: 81 }))),
      "400 SandboxRulesUseSameFrontendPortAndProtocol",
    ],
    [
      "a rule beside high-availability ports",
      (arm) => arm.send("PUT", second, ruled(rule("a", { protocol: "All", frontendPort: 0 }), rule("b"))),
      "400 SandboxRuleBesideHighAvailabilityPorts",
    ],
    [
      "not one port of two protocols and of two frontends, nor a hundred subscriptions",
      async (arm) => {
        await arm.put(PLS, plsBody({ visibility: { subscriptions: subscriptions(100) } }));
        const elsewhere = { frontendIPConfiguration: { id: `${second}/frontendIPConfigurations/b` } };
        return arm.send(
          "PUT",
          second,
          ruled(rule("a"), rule("b", { protocol: "Udp" }), rule("c", elsewhere)),
        );
      },
      "201",
    ],
  ])("%s", async (_, act, said) => expect((await act(await armWithPls())).said).toBe(said));

  test("a public address in use", async () => {
    const arm = await armWithPls();
    await arm.put(`${NET}/publicIPAddresses/pip`, { location: "westeurope", properties: {} });
    await arm.put(
      second,
      balancerBody({ name: "fe", properties: { publicIPAddress: { id: `${NET}/publicIPAddresses/pip` } } }),
    );
    expect((await arm.send("DELETE", `${NET}/publicIPAddresses/pip`)).said).toBe(
      "400 PublicIPAddressCannotBeDeleted",
    );
  });
});

describe("addresses", () => {
  test("a dynamic one is the first that is free, and stays over updates", async () => {
    const arm = await armWithPls();
    const of = async () =>
      (await arm.send("GET", BALANCER)).body.properties.frontendIPConfigurations[0].properties
        .privateIPAddress;
    expect(await of()).toBe("10.0.1.4");
    await arm.put(BALANCER, balancerBody(frontendBody("fe"), frontendBody("fe2")));
    expect(await of()).toBe("10.0.1.4");
  });

  test("a freed one can be had again", async () => {
    const arm = await armWithPls();
    await arm.put(second, balancerBody(frontendBody("fe", "10.0.1.50")));
    await arm.send("DELETE", second);
    await arm.idle();
    await arm.put(`${NET}/networkInterfaces/n`, nic("10.0.1.50"));
    expect((await arm.send("GET", `${VNET}/checkIPAddressAvailability?ipAddress=10.0.1.50`)).body).toEqual({
      available: false,
      availableIPAddresses: ["10.0.1.5", "10.0.1.6", "10.0.1.7", "10.0.1.8", "10.0.1.9"],
    });
  });

  test("no address ever has two holders, whatever is created and deleted", async () => {
    const act = fc.record({
      name: fc.constantFrom("a", "b", "c"),
      address: fc.option(fc.constantFrom("10.0.3.4", "10.0.3.5", "10.0.3.6"), { nil: undefined }),
      remove: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 20 }), async (acts) => {
        const arm = await testArm({ operationMilliseconds: 0 });
        await arm.put(GROUP, {});
        await arm.put(VNET, vnetBody());
        for (const { name, address, remove } of acts) {
          if (remove) await arm.send("DELETE", `${NET}/loadBalancers/${name}`);
          else
            await arm.send(
              "PUT",
              `${NET}/loadBalancers/${name}`,
              balancerBody(frontendBody("fe", address, "small")),
            );
        }
        const { body } = await arm.send("GET", `${NET}/loadBalancers`);
        const held = body.value.flatMap((one: any) =>
          one.properties.frontendIPConfigurations.map((item: any) => item.properties.privateIPAddress),
        );
        expect(new Set(held).size).toBe(held.length);
      }),
      { numRuns: 30 },
    );
  });
});

describe("Private Link Services and endpoints", () => {
  const status = async (arm: TestArm) =>
    (await arm.send("GET", PLS)).body.properties.privateEndpointConnections.map(
      (one: any) => one.properties.privateLinkServiceConnectionState.status,
    );
  const alias = async (arm: TestArm) => (await arm.send("GET", PLS)).body.properties.alias as string;

  test("an automatic connection of the same subscription is approved", async () => {
    const arm = await armWithPls();
    await arm.put(ENDPOINT, endpointBody("privateLinkServiceConnections"));
    expect(await status(arm)).toEqual(["Approved"]);
  });

  test("one from an auto-approved subscription is, too", async () => {
    const arm = await armWithPls(
      {},
      { visibility: { subscriptions: ["*"] }, autoApproval: { subscriptions: [PARTNER] } },
    );
    await arm.put(PARTNER_ENDPOINT, endpointBody("privateLinkServiceConnections"));
    expect(await status(arm)).toEqual(["Approved"]);
  });

  test("a manual one by alias is pending, is approved synchronously, and both sides agree", async () => {
    const arm = await armWithPls();
    await arm.put(PARTNER_ENDPOINT, endpointBody("manualPrivateLinkServiceConnections", await alias(arm)));
    const [connection] = (await arm.send("GET", `${PLS}/privateEndpointConnections`)).body.value;
    expect(connection.properties.privateLinkServiceConnectionState).toEqual({
      status: "Pending",
      description: "Awaiting Approval",
      actionsRequired: "None",
    });
    connection.properties.privateLinkServiceConnectionState.status = "Approved";
    const put = await arm.send("PUT", connection.id, connection);
    expect([put.status, put.headers.has("azure-asyncoperation")]).toEqual([200, false]);
    const endpoint = (await arm.send("GET", PARTNER_ENDPOINT)).body.properties
      .manualPrivateLinkServiceConnections[0];
    expect(endpoint.properties.privateLinkServiceConnectionState.status).toBe("Approved");
  });

  test("a Private Link Service that is not visible rejects connections", async () => {
    const arm = await armWithPls({}, {});
    expect(
      (
        await arm.send(
          "PUT",
          PARTNER_ENDPOINT,
          endpointBody("manualPrivateLinkServiceConnections", await alias(arm)),
        )
      ).said,
    ).toBe("403 SandboxPrivateLinkServiceNotVisible");
  });

  test("an endpoint that goes leaves its connection disconnected", async () => {
    const arm = await armWithPls();
    await arm.put(ENDPOINT, endpointBody("privateLinkServiceConnections"));
    await arm.send("DELETE", ENDPOINT);
    await arm.idle();
    expect(await status(arm)).toEqual(["Disconnected"]);
  });

  test("visibility that was never sent is absent, and unknown fields are returned", async () => {
    const arm = await armWithPls({}, { futureField: { kept: true } });
    const { properties } = (await arm.send("GET", PLS)).body;
    expect([properties.visibility, properties.futureField]).toEqual([undefined, { kept: true }]);
  });

  test("what a consumer may ask", async () => {
    const arm = await armWithPls(
      {},
      { visibility: { subscriptions: [PARTNER] }, autoApproval: { subscriptions: [PARTNER] } },
    );
    const at = `/subscriptions/${PARTNER}/providers/Microsoft.Network/locations/westeurope`;
    expect(
      (
        await arm.send("POST", `${at}/checkPrivateLinkServiceVisibility`, {
          privateLinkServiceAlias: await alias(arm),
        })
      ).body,
    ).toEqual({ visible: true });
    expect((await arm.send("GET", `${at}/autoApprovedPrivateLinkServices`)).body).toEqual({
      value: [{ privateLinkService: PLS }],
    });
  });
});

test("a load balancer's children reference one another, in the service's casing", async () => {
  const arm = await armWithPls();
  const lower = `${BALANCER}/frontendIpConfigurations/fe`;
  const body = balancerBody();
  await arm.put(BALANCER, {
    ...body,
    properties: {
      ...body.properties,
      loadBalancingRules: [
        {
          name: "r",
          properties: {
            frontendIPConfiguration: { id: lower },
            protocol: "Tcp",
            frontendPort: 80,
            backendPort: 80,
          },
        },
      ],
    },
  });
  const { properties } = (await arm.send("GET", BALANCER)).body;
  expect(properties.loadBalancingRules[0].properties.frontendIPConfiguration.id).toBe(
    `${BALANCER}/frontendIPConfigurations/fe`,
  );
  expect(properties.frontendIPConfigurations[0].properties.loadBalancingRules).toEqual([
    { id: `${BALANCER}/loadBalancingRules/r` },
  ]);
});
