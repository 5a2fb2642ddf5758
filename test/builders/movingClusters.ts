/**
 * Several sandbox clusters in one virtual network: their API servers ask Mooring's admission over HTTP, their controllers build in the sandbox's
 * ARM, and Mooring reads it with the real SDK. Only clock, storage and queue are in memory, so that a test decides what happens when.
 */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Cluster, type Applied } from "../../dev/sandbox/cluster/cluster.ts";
import { ArmClient } from "../../dev/sandbox/cluster/armClient.ts";
import { baseName } from "../../dev/sandbox/cluster/names.ts";
import type { Service } from "../../dev/sandbox/cluster/service.ts";
import { deleteCluster } from "../../dev/sandbox/world/deleteCluster.ts";
import { applyPolicy } from "../../shared/audit/applyPolicy.ts";
import { azureNetwork } from "../../shared/adapters/network.ts";
import { scanInventory } from "../../shared/inventory/scan.ts";
import { findOrphans } from "../../shared/orphans/classify.ts";
import { gatherWorld } from "../../shared/orphans/gather.ts";
import { readPolicy } from "../../shared/policy/policyStore.ts";
import { memoryRun, SUBSCRIPTION, type MemoryRun } from "../memory/run.ts";
import {
  BALANCER,
  balancerBody,
  frontendBody,
  GROUP,
  scaleSetBody,
  testArm,
  VNET,
  vnetBody,
  type TestArm,
} from "./arm.ts";
import { serveArm, type ServedArm } from "./servedArm.ts";
import { serveMooring } from "./servedMooring.ts";
import { cluster as registered, identity } from "./world.ts";

const A = "service.beta.kubernetes.io/azure-";
/** Of Private Link Services whose name is to move between clusters. */
const SHARED_GROUP = "rg-shared";

/** Minutes: a cluster lists every few of them if no work needs its list. */
const ROUNDS = 6;

/** What a Service of namespace `shop` declares. */
export interface Wish {
  readonly at?: string;
  readonly port?: string;
  readonly replaces?: string;
  /** Name of its Private Link Service, in a resource group that clusters share. */
  readonly pls?: string;
  /** Annotations without `service.beta.kubernetes.io/azure-`; a null leaves one out. */
  readonly with?: Readonly<Record<string, string | null>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

export class MovingClusters {
  readonly run: MemoryRun;
  readonly #arm: TestArm;
  readonly #served: ServedArm;
  readonly #clusters = new Map<string, Cluster>();
  readonly #mooring: Server;

  private constructor(arm: TestArm, served: ServedArm) {
    const base = memoryRun();
    this.#arm = arm;
    this.#served = served;
    this.run = { ...base, ports: { ...base.ports, network: azureNetwork(served.access) } };
    this.#mooring = serveMooring(this.run);
  }

  static async open(directory: string, names: readonly string[], policy: object): Promise<MovingClusters> {
    const arm = await testArm({ operationMilliseconds: 0 });
    for (const group of [GROUP, groupOf(SHARED_GROUP)]) await arm.put(group, { location: "westeurope" });
    await arm.put(VNET, vnetBody());
    const all = new MovingClusters(arm, await serveArm(arm, directory));
    await new Promise<void>((done) => void all.#mooring.listen(0, "127.0.0.1", done));
    for (const name of names) await all.add(name);
    await applyPolicy(all.run, policy);
    await all.scan();
    for (const name of names) await all.report(name);
    return all;
  }

  /** Creates and registers a cluster. */
  async add(name: string): Promise<void> {
    const [nodeResourceGroup, { port }] = [`MC_${name}`, this.#mooring.address() as AddressInfo];
    const url = `http://127.0.0.1:${port}/${name}`;
    const { resourceId } = registered({ name });
    await this.#arm.put(groupOf(nodeResourceGroup), { location: "westeurope" });
    await this.#arm.put(resourceId.slice(0, resourceId.indexOf("/providers/")), { location: "westeurope" });
    const properties = { nodeResourceGroup, agentPoolProfiles: [] };
    await this.#arm.put(resourceId, { location: "westeurope", properties });
    const cluster = new Cluster({
      name,
      resourceId,
      subscription: SUBSCRIPTION,
      nodeResourceGroup,
      vnetId: VNET,
      defaultSubnet: "apps",
      location: "westeurope",
      arm: this.#arm.fetch,
      webhook: { url: `${url}/admit`, timeoutSeconds: 10, failurePolicy: "Fail" },
      mutatingWebhook: { url: `${url}/mutate`, timeoutSeconds: 10, failurePolicy: "Fail" },
      declarationsUrl: `${url}/declarations`,
    });
    const uid = cluster.apiServer.identity;
    const value = registered({ name, nodeResourceGroup, vnetId: VNET, identity: identity(uid) });
    await this.run.tables.clusters.transact("all", [{ do: "put", key: name, value }]);
    this.#clusters.set(name, cluster);
  }

  /** @param owner `cluster/name` */
  apply(owner: string, wish: Wish): Promise<Applied> {
    const [where = "", name = ""] = owner.split("/");
    return this.cluster(where).apply(serviceOf(name, wish));
  }

  delete(owner: string): Promise<Applied> {
    const [where = "", name = ""] = owner.split("/");
    return this.cluster(where).remove("shop", name);
  }

  cluster(name: string): Cluster {
    const cluster = this.#clusters.get(name);
    if (!cluster) throw new Error(`there is no cluster ${name}`);
    return cluster;
  }

  /** The cluster's sender reports everything that happened before. */
  async report(name: string): Promise<void> {
    const { status, body } = await this.cluster(name).confirm();
    if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  }

  /** Later than every value that admission may have cached. */
  async scan(): Promise<void> {
    this.run.clock.advance(10);
    await scanInventory(this.run);
  }

  /** Every list of ARM is empty, as where the app lost its permissions: ARM filters lists. */
  async scanFiltered(): Promise<void> {
    this.run.clock.advance(10);
    const { ports } = this.run;
    const none = async function* () {};
    const network = {
      ...ports.network,
      subnets: async () => [],
      privateLinkServices: async () => [],
      frontendUses: none,
      interfaceUses: none,
      gatewayUses: none,
    };
    await scanInventory({ ...this.run, ports: { ...ports, network } });
  }

  /** Nodes with Azure CNI, each with 30 addresses, in a uniform scale set. */
  async addNodes(name: string, count: number): Promise<void> {
    const sets = `${groupOf(`MC_${name}`)}/providers/Microsoft.Compute/virtualMachineScaleSets`;
    await this.#arm.put(`${sets}/aks-pool-vmss?api-version=2024-07-01`, scaleSetBody(count));
  }

  /** A person's load balancer. */
  async addBalancer(address: string): Promise<void> {
    await this.#arm.put(BALANCER, balancerBody(frontendBody("by-hand", address)));
  }

  /** How many addresses of subnet apps are used. */
  async used(): Promise<number | undefined> {
    return this.run.tables.subnets.all().find(({ name }) => name === "apps")?.usedAddresses;
  }

  /** Kinds of what a sweep would quarantine. */
  async orphans(): Promise<string[]> {
    const { policy } = await readPolicy(this.run);
    return findOrphans(await gatherWorld(this.run, policy)).map(({ kind }) => kind);
  }

  /** The managed cluster is deleted, and what its Services had stays in Azure. */
  async deleteManagedCluster(name: string): Promise<void> {
    const caller = { objectId: "person", applicationId: "person", name: "person" };
    await deleteCluster(new ArmClient(this.#arm.fetch, caller), this.cluster(name).options.resourceId);
    this.#clusters.delete(name);
  }

  /** As a sweep of everything that the cluster left. */
  async sweep(name: string): Promise<void> {
    const { body } = await this.#arm.send("GET", plsId(""));
    const all: { id: string; name: string }[] = body.value;
    for (const { id, name: pls } of all)
      if ((await this.ownerOfPls(pls))?.startsWith(`${name}/`)) await this.#delete(id);
    await this.#delete(groupOf(`MC_${name}`));
  }

  async #delete(id: string): Promise<void> {
    const { status, said } = await this.#arm.send("DELETE", id);
    if (status >= 300) throw new Error(`DELETE ${id}: ${said}`);
    await this.#arm.idle();
  }

  /** Reports and scans, until what is true is recorded; gives why Services are still pending, by Service. */
  async settle(): Promise<Record<string, string>> {
    const pending: Record<string, string> = {};
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, cluster] of this.#clusters) {
        await cluster.resync();
        await this.report(name);
      }
      this.run.clock.advance(60);
      await this.scan();
    }
    for (const [name, cluster] of this.#clusters)
      for (const [key, why] of Object.entries(await cluster.resync()))
        pending[key.replace("shop", name)] = why;
    return pending;
  }

  /** `cluster/name` of the Service whose frontend Azure has at the address. */
  async holderOf(address: string): Promise<string | undefined> {
    for (const [name, cluster] of this.#clusters) {
      const balancer = `${groupOf(`MC_${name}`)}/providers/Microsoft.Network/loadBalancers/kubernetes-internal`;
      const { body } = await this.#arm.send("GET", balancer);
      const frontends: { name: string; properties: { privateIPAddress?: string } }[] =
        body?.properties?.frontendIPConfigurations ?? [];
      const found = frontends.find(({ properties }) => properties.privateIPAddress === address);
      const services = [...cluster.services.values()];
      const service = services.find(({ metadata: { uid = "" } }) => found?.name.startsWith(baseName(uid)));
      if (found) return `${name}/${service?.metadata.name ?? "-"}`;
    }
    return undefined;
  }

  /** Of the Service that its controller's tag names. */
  async ownerOfPls(name: string): Promise<string | undefined> {
    const { status, body } = await this.#arm.send("GET", plsId(name));
    if (status !== 200) return undefined;
    const [frontend] = body.properties.loadBalancerFrontendIpConfigurations;
    const [, where = ""] = /\/MC_([^/]+)\//i.exec(frontend.id) ?? [];
    return `${where}/${String(body.tags["k8s-azure-owner-service"]).replace("shop/", "")}`;
  }

  /** `cluster/name` of those who claim the address or the name. */
  async claimants(place: string): Promise<string[]> {
    const row = this.run.tables.addresses.all().find(({ address }) => address === place);
    return (row?.claims ?? []).map(({ owner }) => `${owner.cluster}/${owner.name}`).toSorted();
  }

  async close(): Promise<void> {
    this.#mooring.closeAllConnections();
    await new Promise((done) => void this.#mooring.close(done));
    await this.#served.close();
  }
}

function groupOf(name: string): string {
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/${name}`;
}

function plsId(name: string): string {
  const list = `${groupOf(SHARED_GROUP)}/providers/Microsoft.Network/privateLinkServices`;
  return name === "" ? list : `${list}/${name}`;
}

function serviceOf(name: string, { at, port = "80", spec, ...wish }: Wish): Service {
  const annotations = {
    "load-balancer-internal": "true",
    ...(at !== undefined && { "load-balancer-ipv4": at }),
    ...(wish.pls !== undefined && {
      "pls-create": "true",
      "pls-name": wish.pls,
      "pls-resource-group": SHARED_GROUP,
      "pls-ip-configuration-subnet": "pls",
    }),
    ...(wish.replaces !== undefined && { "mooring.dev/replaces": wish.replaces }),
    ...wish.with,
  };
  const entries = Object.entries(annotations).flatMap(([key, value]) =>
    value === null ? [] : [[key.includes("/") ? key : A + key, value]],
  );
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "shop", annotations: Object.fromEntries(entries) },
    spec: { type: "LoadBalancer", ports: [{ port: Number(port), protocol: "TCP" }], ...spec },
  };
}
