/**
 * A large estate in the sandbox's ARM: subscriptions with a network, clusters whose internal load balancers
 * carry Private Link Services, other load balancers, and machines. The first is made by requests as a cloud's
 * users would, the others are copies of it. Names and numbers follow from the subscription's number alone, so
 * that the auditor can compute what was declared.
 */
import type { Arm } from "../../sandbox/arm/server.ts";
import type { Estate } from "../../sandbox/arm/world.ts";
import { issueToken } from "../../sandbox/identity/token.ts";
import { baseName } from "../../../shared/kubernetes/frontendName.ts";

/** Of each subscription: twenty of them have 5,000 load balancers, 2,000 Private Link Services, 200 subnets and 100,000 addresses. */
export const CLUSTERS = 25;
export const SERVICES = 10;
export const PRIVATE_LINK_SERVICES = 4;
const OTHER_BALANCERS = 225;
const SUBNETS = 10;
const ADDRESSES = 5000;
const PER_INTERFACE = 10;
const LOCATION = "westeurope";

export function subscriptionId(n: number): string {
  return `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111`;
}

export function clusterName(n: number, cluster: number): string {
  return `c${n}-${cluster}`;
}

export function nodeGroup(n: number, cluster: number): string {
  return `MC_${clusterName(n, cluster)}`;
}

export function serviceUid(n: number, cluster: number, service: number): string {
  const text = (value: number, length: number) => String(value).padStart(length, "0");
  return `${text(n, 8)}-${text(cluster, 4)}-4000-8000-${text(service, 12)}`;
}

export function vnetId(n: number): string {
  return `/subscriptions/${subscriptionId(n)}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet`;
}

export function clusterId(n: number, cluster: number): string {
  return `/subscriptions/${subscriptionId(n)}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/${clusterName(n, cluster)}`;
}

type Put = (path: string, body: unknown) => Promise<void>;

/** Creates this number of complete subscriptions. */
export async function fillSubscriptions(arm: Arm, count: number): Promise<void> {
  await fillFirst(arm);
  const { resources, groups } = arm.world.toEstate();
  const first = JSON.stringify({ subscriptions: [], locks: [], resources, groups } satisfies Estate);
  for (let n = 1; n < count; n += 1) arm.world.load(JSON.parse(renamed(first, n)) as Estate);
}

/** Everything of the first subscription, with the names and ids of another. */
function renamed(first: string, n: number): string {
  return first
    .replaceAll(subscriptionId(0), subscriptionId(n))
    .replaceAll(clusterName(0, 0).slice(0, -1), clusterName(n, 0).slice(0, -1))
    .replaceAll(uidStart(0), uidStart(n));
}

/** How every frontend of the subscription's Services is named. */
function uidStart(n: number): string {
  return baseName(serviceUid(n, 0, 0)).slice(0, 9);
}

async function fillFirst(arm: Arm): Promise<void> {
  const n = 0;
  const put = sender(arm);
  await put(`/subscriptions/${subscriptionId(n)}/resourceGroups/rg`, { location: LOCATION });
  await put(vnetId(n), vnet());
  for (let cluster = 0; cluster < CLUSTERS; cluster += 1) await fillCluster(put, n, cluster);
  for (let other = 0; other < OTHER_BALANCERS; other += 1)
    await put(inGroup(n, "rg", `loadBalancers/other-${other}`), balancer(n, ["fe"], other));
  const taken = CLUSTERS * (SERVICES + PRIVATE_LINK_SERVICES) + OTHER_BALANCERS;
  for (let at = 0; at < ADDRESSES - taken; at += PER_INTERFACE)
    await put(
      inGroup(n, "rg", `networkInterfaces/nic-${at}`),
      networkInterface(n, at, ADDRESSES - taken - at),
    );
}

function sender(arm: Arm): Put {
  const { token } = issueToken({ objectId: "bench", applicationId: "bench", name: "bench" });
  return async (path, body) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const url = `https://arm.bench${path}?api-version=2025-05-01`;
    const response = await arm.fetch(
      new Request(url, { method: "PUT", headers, body: JSON.stringify(body) }),
    );
    if (!response.ok) throw new Error(`PUT ${path}: ${await response.text()}`);
    await arm.idle();
  };
}

async function fillCluster(put: Put, n: number, cluster: number): Promise<void> {
  const group = nodeGroup(n, cluster);
  await put(`/subscriptions/${subscriptionId(n)}/resourceGroups/${group}`, { location: LOCATION });
  await put(clusterId(n, cluster), { location: LOCATION, properties: { nodeResourceGroup: group } });
  const names = Array.from({ length: SERVICES }, (_, service) => baseName(serviceUid(n, cluster, service)));
  await put(inGroup(n, group, "loadBalancers/kubernetes-internal"), balancer(n, names, cluster));
  for (const [service, name] of names.slice(0, PRIVATE_LINK_SERVICES).entries())
    await put(inGroup(n, group, `privateLinkServices/pls-${service}`), pls(n, { group, name, service }));
}

function inGroup(n: number, group: string, name: string): string {
  return `/subscriptions/${subscriptionId(n)}/resourceGroups/${group}/providers/Microsoft.Network/${name}`;
}

function vnet() {
  const subnets = Array.from({ length: SUBNETS }, (_, at) => ({
    name: `s${at}`,
    properties: { addressPrefix: `10.0.${at * 8}.0/21`, privateLinkServiceNetworkPolicies: "Disabled" },
  }));
  return { location: LOCATION, properties: { addressSpace: { addressPrefixes: ["10.0.0.0/16"] }, subnets } };
}

const subnet = (n: number, at: number) => ({ id: `${vnetId(n)}/subnets/s${at % SUBNETS}` });

/** As the controller builds it: a rule, a probe and a pool for each frontend. */
function balancer(n: number, names: readonly string[], at: number) {
  const frontendIPConfigurations = names.map((name) => ({ name, properties: { subnet: subnet(n, at) } }));
  return { location: LOCATION, sku: { name: "Standard" }, properties: { frontendIPConfigurations } };
}

function pls(n: number, { group, name, service }: { group: string; name: string; service: number }) {
  return {
    location: LOCATION,
    tags: { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": `apps/s${service}` },
    properties: {
      visibility: { subscriptions: [subscriptionId(n)] },
      loadBalancerFrontendIpConfigurations: [
        { id: `${inGroup(n, group, "loadBalancers/kubernetes-internal")}/frontendIPConfigurations/${name}` },
      ],
      ipConfigurations: [{ name: "nat", properties: { subnet: subnet(n, service) } }],
    },
  };
}

function networkInterface(n: number, at: number, left: number) {
  const ipConfigurations = Array.from({ length: Math.min(PER_INTERFACE, left) }, (_, one) => ({
    name: `c${one}`,
    properties: { subnet: subnet(n, at / PER_INTERFACE), ...(one > 0 && { primary: false }) },
  }));
  return { location: LOCATION, properties: { ipConfigurations } };
}
