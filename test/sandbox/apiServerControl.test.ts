/** By hand: requests that the API server refuses after admission, a rebuilt cluster, a sender in the wrong one. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { apiServerRoutes } from "../../dev/sandbox/apiServerControl.ts";
import { Cluster } from "../../dev/sandbox/cluster/cluster.ts";
import { GROUP, testArm, VNET, vnetBody } from "../builders/arm.ts";
import { startFakeMooring, type FakeMooring } from "../builders/fakeMooring.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

let fake: FakeMooring;
let routes: ReturnType<typeof apiServerRoutes>;
let clusters: Record<string, Cluster>;
beforeEach(async () => {
  fake = await startFakeMooring();
  const arm = await testArm({ operationMilliseconds: 0 });
  for (const id of [GROUP, `/subscriptions/${SUBSCRIPTION}/resourceGroups/MC_one`])
    await arm.put(id, { location: "westeurope" });
  await arm.put(VNET, vnetBody());
  clusters = Object.fromEntries(
    ["one", "two"].map((name) => [
      name,
      new Cluster({
        name,
        resourceId: `/${name}`,
        subscription: SUBSCRIPTION,
        nodeResourceGroup: "MC_one",
        vnetId: VNET,
        defaultSubnet: "apps",
        location: "westeurope",
        arm: arm.fetch,
        declarationsUrl: `${fake.url}/${fake.token}`,
      }),
    ]),
  );
  routes = apiServerRoutes((name) => clusters[name] as Cluster);
});
afterEach(() => fake.close());

const send = async (method: string, path: string, body?: unknown) => {
  const response = await routes.request(path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
};
const SERVICES = "/one/namespaces/shop/services";
const service = (name: string) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, annotations: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" } },
  spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
});

test("a create of an existing name, and creates that a quota or another webhook refuses", async () => {
  expect((await send("POST", SERVICES, service("web"))).status).toBe(201);
  expect(await send("POST", SERVICES, service("web"))).toMatchObject({
    status: 409,
    body: { allowed: false, message: 'services "web" already exists' },
  });
  expect((await send("PATCH", "/one/refusals", { quota: 1 })).body).toMatchObject({ quota: 1 });
  expect((await send("POST", SERVICES, service("api"))).status).toBe(403);
  await send("PATCH", "/one/refusals", { quota: null, otherWebhook: "deny" });
  expect((await send("POST", SERVICES, service("api"))).status).toBe(403);
  await send("PATCH", "/one/refusals", { otherWebhook: null });
  expect((await send("POST", SERVICES, service("api"))).status).toBe(201);
  expect(await send("DELETE", SERVICES)).toMatchObject({ body: [{ allowed: true }, { allowed: true }] });
  expect(clusters["one"]?.services.size).toBe(0);
});

test("a cluster that is rebuilt, and a sender that reads another cluster, report another identity", async () => {
  expect((await send("POST", "/one/confirm")).body).toMatchObject({ status: 200 });
  await send("PATCH", "/one/sender", { readsFrom: "two" });
  expect((await send("POST", "/one/confirm")).body).toMatchObject({ status: 409 });
  await send("PATCH", "/one/sender", { readsFrom: null });
  expect((await send("POST", "/one/confirm")).body).toMatchObject({ status: 200 });
  const before = clusters["one"]?.apiServer.identity;
  expect((await send("POST", "/one/rebuild")).body).not.toMatchObject({ identity: before });
  expect((await send("POST", "/one/confirm")).body).toMatchObject({ status: 409 });
});
