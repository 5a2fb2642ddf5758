import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  BALANCER,
  balancerBody,
  ENDPOINT,
  endpointBody,
  frontendBody,
  PLS,
  plsBody,
  armWithPls,
  NET,
  PARTNER_ENDPOINT,
  VNET,
  vnetBody,
} from "../builders/arm.ts";
import { SUBSCRIPTION } from "../memory/run.ts";
import { createChecker, type Exchange } from "./checker.ts";

let directory: string;
let check: (exchange: Exchange) => Promise<string[]>;
const exchanges: Exchange[] = [];

/** One of everything that the sandbox does with network resources, recorded. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mooring-conformance-"));
  check = await createChecker(directory);
  const arm = await armWithPls({ record: (exchange) => exchanges.push(exchange), pageSize: 1 });
  await arm.put(`${VNET}/subnets/extra`, {
    properties: {
      addressPrefix: "10.0.8.0/24",
      delegations: [{ name: "web", properties: { serviceName: "Microsoft.Web/serverFarms" } }],
    },
  });
  await arm.put(`${NET}/publicIPAddresses/pip`, { location: "westeurope", properties: {} });
  await arm.put(`${NET}/networkInterfaces/nic`, {
    location: "westeurope",
    properties: { ipConfigurations: [{ name: "ip", properties: frontendBody("x", "10.0.1.77").properties }] },
  });
  const body = balancerBody(frontendBody("fe"), frontendBody("static", "10.0.1.50"), {
    name: "public",
    properties: { publicIPAddress: { id: `${NET}/publicIPAddresses/pip` } },
  });
  const rule = {
    name: "r",
    properties: {
      frontendIPConfiguration: { id: `${BALANCER}/frontendIPConfigurations/fe` },
      backendAddressPool: { id: `${BALANCER}/backendAddressPools/p` },
      probe: { id: `${BALANCER}/probes/b` },
      protocol: "Tcp",
      frontendPort: 80,
      backendPort: 80,
    },
  };
  await arm.put(BALANCER, {
    ...body,
    tags: { a: "b" },
    properties: {
      ...body.properties,
      backendAddressPools: [{ name: "p", properties: {} }],
      probes: [
        { name: "b", properties: { protocol: "Tcp", port: 80, intervalInSeconds: 5, numberOfProbes: 2 } },
      ],
      loadBalancingRules: [rule],
    },
  });
  await arm.put(
    PLS,
    plsBody({
      visibility: { subscriptions: ["*"] },
      autoApproval: { subscriptions: [SUBSCRIPTION] },
      fqdns: ["a.example.com"],
    }),
  );
  await arm.put(ENDPOINT, endpointBody("privateLinkServiceConnections"));
  await arm.put(PARTNER_ENDPOINT, endpointBody("manualPrivateLinkServiceConnections"));
  const [, connection] = (await arm.send("GET", PLS)).body.properties.privateEndpointConnections;
  connection.properties.privateLinkServiceConnectionState.status = "Rejected";
  await arm.send("PUT", connection.id, connection);
  for (const path of [
    VNET,
    `${VNET}/subnets`,
    `${VNET}/subnets/apps`,
    `${VNET}/usages`,
    BALANCER,
    `${BALANCER}/frontendIPConfigurations`,
    `${BALANCER}/backendAddressPools/p`,
    PLS,
    `${PLS}/privateEndpointConnections`,
    connection.id,
    ENDPOINT,
    `${NET}/loadBalancers/none`,
  ])
    await arm.send("GET", path);
  for (const type of [
    "virtualNetworks",
    "loadBalancers",
    "networkInterfaces",
    "publicIPAddresses",
    "privateLinkServices",
    "privateEndpoints",
  ])
    for (const scope of [NET, `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network`])
      await arm.send("GET", `${scope}/${type}`);
  await arm.send("PUT", VNET, vnetBody(), { "if-match": 'W/"old"' });
  for (const path of [connection.id, ENDPOINT, `${VNET}/subnets/extra`, `${NET}/networkInterfaces/nic`]) {
    await arm.send("DELETE", path);
    await arm.idle();
  }
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const networkOnly = () =>
  exchanges.filter(({ request }) => /\/providers\/Microsoft\.Network\/(?!locations)/i.test(request.url));

test("all recorded traffic conforms to the published description", async () => {
  const problems = (await Promise.all(networkOnly().map(check))).flat();
  expect(networkOnly().length).toBeGreaterThan(40);
  expect(problems).toEqual([]);
});

describe("what the check cannot see, by hand", () => {
  test("every body has id, name, type and etag", () => {
    const bodies = networkOnly()
      .filter(({ request, response }) => request.method !== "DELETE" && response.statusCode === 200)
      .map(({ response }) => response.body as Record<string, unknown>);
    for (const body of bodies.filter((one) => !("value" in one)))
      expect(body).toMatchObject({
        id: expect.stringMatching(/^\/subscriptions\//),
        name: expect.any(String),
        type: expect.any(String),
        etag: expect.stringMatching(/^W\/"/),
      });
  });

  test("every 201 and 202 has a URL to poll, deletes in both ways", () => {
    for (const { response } of networkOnly().filter(({ response }) => response.statusCode === 201))
      expect(response.headers["azure-asyncoperation"]).toMatch(/^https:\/\/.*\/operations\//);
    for (const { response } of networkOnly().filter(({ response }) => response.statusCode === 202))
      expect([response.headers["azure-asyncoperation"], response.headers["location"]]).toEqual([
        expect.stringContaining("/operations/"),
        expect.stringContaining("/operationResults/"),
      ]);
  });
});

describe("the check can fail", () => {
  const broken = (edit: (body: any) => void) => {
    const exchange = structuredClone(
      networkOnly().find(
        ({ request, response }) =>
          request.method === "GET" &&
          request.url.includes("/privateLinkServices/pls?") &&
          response.statusCode === 200,
      ),
    ) as Exchange;
    edit(exchange.response.body);
    return check(exchange);
  };
  test.each<[string, (body: any) => void, string]>([
    ["a wrong type", (body) => (body.properties.fqdns = "one"), "INVALID_TYPE"],
    ["an unknown property", (body) => (body.properties.bogus = 1), "OBJECT_ADDITIONAL_PROPERTIES"],
  ])("on %s", async (_, edit, code) => expect((await broken(edit)).join()).toContain(code));
});
