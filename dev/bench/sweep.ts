/** Classification of a large estate, and of one ten times as large: time and memory; and the ARM calls that gathering it takes. */
import type { Cluster } from "../../shared/declarations/clusterModel.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import type { Declared } from "../../shared/kubernetes/intent.ts";
import type { PrivateLinkService, LoadBalancer } from "../../shared/azure/networkModel.ts";
import { findOrphans } from "../../shared/orphans/classify.ts";
import type { ClusterView, World } from "../../shared/orphans/world.ts";
import { milliseconds, type Figure } from "./figures.ts";

const BALANCERS = 2000;
const FRONTENDS = 5000;
const PRIVATE_LINK_SERVICES = 500;
const SUBSCRIPTIONS = 20;
const NOW = "2026-01-01T12:00:00.000Z";

/** Of classifying, whatever the size. */
const MICROSECONDS_A_FRONTEND = 50;

export async function sweep(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const times of [1, 10]) {
    const world = estate(times);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    let found = 0;
    const took = await milliseconds(async () => {
      found = findOrphans(world).length;
    });
    const megabytes = (process.memoryUsage().heapUsed - before) / 1024 / 1024;
    const [balancers, frontends] = [BALANCERS * times, FRONTENDS * times];
    const name = `classifying ${balancers} load balancers, ${frontends} frontends, ${PRIVATE_LINK_SERVICES * times} Private Link Services, ${found} of them candidates`;
    const most = (frontends * MICROSECONDS_A_FRONTEND) / 1000;
    figures.push({ name, unit: "ms", ours: took, aim: { value: most } });
    figures.push({ name: `${name}: heap`, unit: "MiB", ours: Math.max(0, megabytes) });
  }
  return figures;
}

/** A tenth of the Services was deleted. */
function estate(times: number): World {
  const numbers = (count: number) => Array.from({ length: count * times }, (_, n) => n);
  const uids = numbers(FRONTENDS).map((n) => `${String(n).padStart(8, "0")}-0000-4000-8000-000000000000`);
  const every = BALANCERS * times;
  const indexesOf = (n: number) =>
    Array.from({ length: Math.ceil((uids.length - n) / every) }, (_, round) => n + round * every);
  const uidsOf = (n: number) => indexesOf(n).flatMap((index) => uids[index] ?? []);
  const livingOf = (n: number) =>
    indexesOf(n).flatMap((index) => (index % 10 === 0 ? [] : (uids[index] ?? [])));
  const balancers = numbers(BALANCERS).map((n) => balancer(n, uidsOf(n)));
  return {
    clusters: numbers(BALANCERS).map((n) => view(n, livingOf(n))),
    balancers,
    privateLinkServices: numbers(PRIVATE_LINK_SERVICES).map((n) => pls(n, balancers[n])),
    unreadable: new Map(),
    holds: [],
    nowUtc: NOW,
    freshSinceUtc: "2026-01-01T11:00:00.000Z",
  };
}

function group(n: number): string {
  return `/subscriptions/${String(n % SUBSCRIPTIONS).padStart(8, "0")}-1111-4111-8111-111111111111/resourceGroups/MC_${n}/providers`;
}

function balancer(n: number, uids: readonly string[]): LoadBalancer {
  const id = `${group(n)}/Microsoft.Network/loadBalancers/kubernetes-internal`;
  const frontends = uids.map((uid, index) => {
    const name = baseName(uid);
    return {
      id: `${id}/frontendIPConfigurations/${name}`,
      name,
      address: `10.0.0.${index + 4}`,
      isPublic: false,
    };
  });
  const rules = frontends.map((one) => ({
    id: `${id}/loadBalancingRules/${one.name}-TCP-80`,
    name: `${one.name}-TCP-80`,
    frontendId: one.id,
    protocol: "Tcp",
    port: 80,
    poolIds: [],
  }));
  const rest = { pools: [], probes: [], otherFrontendUses: [], tags: {} };
  return {
    id,
    name: "kubernetes-internal",
    location: "x",
    sku: "Standard",
    provisioningState: "Succeeded",
    frontends,
    rules,
    ...rest,
  };
}

function view(n: number, uids: readonly string[]): ClusterView {
  const name = `c${n}`;
  const cluster: Cluster = {
    name,
    resourceId: `${group(n)}/Microsoft.ContainerService/managedClusters/${name}`,
    nodeResourceGroup: `MC_${n}`,
    vnetId: "",
    defaultSubnet: "apps",
    tokens: [],
    registeredAtUtc: NOW,
    identity: { uid: `identity of ${name}`, boundAtUtc: NOW },
  };
  const declared = uids.map((uid): Declared => {
    const intent = { internal: true, addresses: {}, ipFamilies: ["IPv4"], ports: [] } as const;
    return {
      cluster: name,
      namespace: "n",
      name: uid,
      uid,
      strength: "confirmation",
      observedAtUtc: NOW,
      intent,
    };
  });
  const confirmed = { resourceVersion: "10", sequence: 5, atUtc: NOW };
  const feed = { cluster: name, sequence: 5, confirmed, list: { ...confirmed, services: uids.length } };
  return { cluster, state: "present", declared, feed };
}

function pls(n: number, on: LoadBalancer | undefined): PrivateLinkService {
  const id = `${group(n)}/Microsoft.Network/privateLinkServices/pls-${n}`;
  const lists = { visibility: [], autoApproval: [], fqdns: [], natAddresses: [], connections: [] };
  return {
    id,
    name: `pls-${n}`,
    location: "x",
    tags: { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": "n/s" },
    provisioningState: "Succeeded",
    alias: "",
    proxyProtocol: false,
    frontendIds: on?.frontends.slice(0, 1).map((one) => one.id) ?? [],
    ...lists,
  };
}
