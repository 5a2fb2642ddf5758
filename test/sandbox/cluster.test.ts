import { beforeEach, describe, expect, test } from "vitest";
import { Cluster } from "../../dev/sandbox/cluster/cluster.ts";
import { baseName } from "../../dev/sandbox/cluster/names.ts";
import type { Service } from "../../dev/sandbox/cluster/service.ts";
import { baseName as productBaseName } from "../../shared/kubernetes/frontendName.ts";
import { endpointBody, ENDPOINT, GROUP, testArm, VNET, vnetBody, type TestArm } from "../builders/arm.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

const NODES = `/subscriptions/${SUBSCRIPTION}/resourceGroups/MC_one`;
const BALANCER = `${NODES}/providers/Microsoft.Network/loadBalancers/kubernetes-internal`;
const A = "service.beta.kubernetes.io/azure-";

let arm: TestArm;
let cluster: Cluster;

beforeEach(async () => {
  arm = await testArm({ operationMilliseconds: 0 });
  await arm.put(GROUP, { location: "westeurope" });
  await arm.put(NODES, { location: "westeurope" });
  await arm.put(VNET, vnetBody());
  cluster = new Cluster({
    name: "one",
    resourceId: "/one",
    subscription: SUBSCRIPTION,
    nodeResourceGroup: "MC_one",
    vnetId: VNET,
    defaultSubnet: "apps",
    location: "westeurope",
    arm: arm.fetch,
  });
});

function service(name: string, settings: Record<string, string> = {}, ports = [80]): Service {
  const annotations = {
    [`${A}load-balancer-internal`]: "true",
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [A + key, value])),
  };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "shop", annotations },
    spec: { type: "LoadBalancer", ports: ports.map((port) => ({ port })) },
  };
}

const balancer = async () => (await arm.send("GET", BALANCER)).body?.properties;
const privateLinkServices = async () =>
  (await arm.send("GET", `${NODES}/providers/Microsoft.Network/privateLinkServices`)).body.value;
const uidOf = (name: string) => cluster.services.get(`shop/${name}`)?.metadata.uid ?? "";

describe("what a Service becomes", () => {
  test("frontend, rule and probe carry its name; the address comes back to the Service", async () => {
    expect(await cluster.apply(service("web"))).toEqual({ allowed: true, warnings: [] });
    const {
      frontendIPConfigurations: [frontend],
      loadBalancingRules: [rule],
      probes: [probe],
    } = await balancer();
    const base = baseName(uidOf("web"));
    expect([frontend.name, rule.name, probe.name]).toEqual([base, `${base}-TCP-80`, `${base}-TCP-80`]);
    expect(cluster.services.get("shop/web")?.status).toEqual({
      loadBalancer: { ingress: [{ ip: "10.0.1.4" }] },
    });
  });

  test("a subnet annotation is in the names, untrimmed in the lookup", async () => {
    await cluster.apply(service("web", { "load-balancer-internal-subnet": "small" }));
    expect((await balancer()).frontendIPConfigurations[0].name).toBe(`${baseName(uidOf("web"))}-small`);
    expect(
      (await cluster.apply(service("odd", { "load-balancer-internal-subnet": " small" }))).pending,
    ).toContain("InvalidResourceReference");
  });

  test("a taken address leaves it pending, until it is free", async () => {
    await arm.put(`${GROUP}/providers/Microsoft.Network/networkInterfaces/vm`, {
      location: "westeurope",
      properties: {
        ipConfigurations: [
          {
            name: "ip",
            properties: {
              subnet: { id: `${VNET}/subnets/apps` },
              privateIPAllocationMethod: "Static",
              privateIPAddress: "10.0.1.50",
            },
          },
        ],
      },
    });
    expect((await cluster.apply(service("web", { "load-balancer-ipv4": "10.0.1.50" }))).pending).toContain(
      "PrivateIPAddressIsAllocated",
    );
    await arm.send("DELETE", `${GROUP}/providers/Microsoft.Network/networkInterfaces/vm`);
    await arm.idle();
    expect(await cluster.resync()).toEqual({});
  });

  test("a second Service with the same address shares the frontend, and keeps it alive", async () => {
    await cluster.apply(service("first", { "load-balancer-ipv4": "10.0.1.50" }));
    await cluster.apply(service("second", { "load-balancer-ipv4": "10.0.1.50" }, [443]));
    const base = baseName(uidOf("first"));
    await cluster.remove("shop", "first");
    const { frontendIPConfigurations, loadBalancingRules } = await balancer();
    expect(frontendIPConfigurations.map(({ name }: Service["metadata"]) => name)).toEqual([base]);
    expect(loadBalancingRules.map(({ name }: Service["metadata"]) => name)).toEqual([
      `${baseName(uidOf("second"))}-TCP-443`,
    ]);
  });

  test("the last one takes the load balancer along", async () => {
    await cluster.apply(service("web"));
    await cluster.remove("shop", "web");
    expect((await arm.send("GET", BALANCER)).status).toBe(404);
  });

  test("the product and the controller name alike", () =>
    expect(productBaseName("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")).toBe(
      baseName("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"),
    ));
});

describe("its Private Link Service", () => {
  const linked = (settings: Record<string, string> = {}) =>
    service("web", { "pls-create": "true", ...settings });

  test("is named, tagged and opened as declared; the subnet's policies are turned off", async () => {
    await cluster.apply(linked({ "pls-visibility": "a b", "pls-auto-approval": "a" }));
    expect(await privateLinkServices()).toMatchObject([
      {
        name: `pls-${baseName(uidOf("web"))}`,
        tags: { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": "shop/web" },
        properties: { visibility: { subscriptions: ["a", "b"] }, autoApproval: { subscriptions: ["a"] } },
      },
    ]);
    expect(
      (await arm.send("GET", `${VNET}/subnets/apps`)).body.properties.privateLinkServiceNetworkPolicies,
    ).toBe("Disabled");
  });

  test("stays when its annotation is withdrawn, and goes with its frontend, connections first", async () => {
    await cluster.apply(linked());
    const [pls] = await privateLinkServices();
    await arm.put(ENDPOINT, endpointBody("privateLinkServiceConnections", pls.id));
    await cluster.apply(service("web"));
    expect(await privateLinkServices()).toHaveLength(1);
    expect(await cluster.remove("shop", "web")).toEqual({ allowed: true, warnings: [] });
    expect(await privateLinkServices()).toEqual([]);
  });

  test("out-of-band changes stay until the Service is reconciled", async () => {
    await cluster.apply(linked({ "pls-visibility": "a" }));
    const [pls] = await privateLinkServices();
    await arm.put(pls.id, {
      ...pls,
      properties: { ...pls.properties, visibility: { subscriptions: ["*"] } },
    });
    expect((await privateLinkServices())[0].properties.visibility.subscriptions).toEqual(["*"]);
    await cluster.resync();
    expect((await privateLinkServices())[0].properties.visibility.subscriptions).toEqual(["a"]);
  });

  test("cannot be renamed", async () => {
    await cluster.apply(linked({ "pls-name": "one" }));
    expect((await cluster.apply(linked({ "pls-name": "two" }))).pending).toContain(
      "cannot change existing name one",
    );
  });
});

describe("what Azure or the controller refuses", () => {
  const linked = (name: string, settings: Record<string, string> = {}) =>
    service(name, { "pls-create": "true", ...settings });
  const ownerOf = async (name: string) =>
    (await privateLinkServices()).find((one: Service["metadata"]) => one.name === name)?.tags[
      "k8s-azure-owner-service"
    ];

  test("a port of a shared frontend that another Service has", async () => {
    await cluster.apply(service("first", { "load-balancer-ipv4": "10.0.1.50" }));
    const second = await cluster.apply(service("second", { "load-balancer-ipv4": "10.0.1.50" }));
    expect(second.pending).toContain("RulesUseSameBackendPortProtocolAndPoolAndFrontendIP");
  });

  test("a ninth Private Link Service on the load balancer", async () => {
    for (let n = 1; n <= 8; n += 1) await cluster.apply(linked(`web-${n}`));
    expect((await cluster.apply(linked("web-9"))).pending).toContain("SandboxPrivateLinkServiceLimit");
  });

  test("the name of another frontend's Private Link Service, unless it is an older controller", async () => {
    await cluster.apply(linked("first", { "pls-name": "shared" }));
    const second = linked("second", { "pls-name": "shared" });
    expect((await cluster.apply(second)).pending).toContain("exists on another frontend");
    expect(await ownerOf("shared")).toBe("shop/first");
    cluster.takesOverNames = true;
    expect((await cluster.apply(second)).pending).toBeUndefined();
    expect(await ownerOf("shared")).toBe("shop/second");
  });

  test("a name for one that has another, and a blank name", async () => {
    await cluster.apply(linked("web"));
    expect((await cluster.apply(linked("web", { "pls-name": "mine" }))).pending).toContain(
      "cannot change existing name pls-",
    );
    expect((await cluster.apply(linked("other", { "pls-name": " " }))).pending).toContain("is blank");
  });

  test("to delete the frontend of a Service that got a second Private Link Service in another group", async () => {
    await arm.put(NODES.replace("MC_one", "custom"), { location: "westeurope" });
    await cluster.apply(linked("web"));
    await cluster.apply(linked("web", { "pls-resource-group": "custom" }));
    expect(await privateLinkServices()).toHaveLength(1);
    expect((await cluster.remove("shop", "web")).pending).toContain("PrivateLinkService");
  });

  test("to move the frontend of a Private Link Service to another subnet", async () => {
    await cluster.apply(linked("web"));
    const moved = linked("web", { "load-balancer-internal-subnet": "small" });
    expect((await cluster.apply(moved)).pending).toContain("SandboxFrontendInUseByPrivateLinkService");
  });
});

describe("a controller in trouble", () => {
  test("that is down builds nothing and catches up later", async () => {
    cluster.down = true;
    expect((await cluster.apply(service("web"))).pending).toBe("the controller is down");
    cluster.down = false;
    await cluster.resync();
    expect((await balancer()).frontendIPConfigurations).toHaveLength(1);
  });

  test("that loses a deletion leaves an orphan", async () => {
    await cluster.apply(service("web"));
    await cluster.remove("shop", "web", { lose: true });
    await cluster.resync();
    expect((await balancer()).frontendIPConfigurations).toHaveLength(1);
    expect(cluster.services.size).toBe(0);
  });
});
