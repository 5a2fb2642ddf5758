/** The seeded world: subscriptions, networks, clusters and their Services. Only data. */
import type { Service } from "../cluster/service.ts";

export const PLATFORM = "11111111-1111-4111-8111-111111111111";
export const PARTNER = "22222222-2222-4222-8222-222222222222";
export const SUBSCRIPTIONS = { [PLATFORM]: "Platform", [PARTNER]: "Partner" };
export const LOCATION = "westeurope";

const NETWORK = (subscription: string, group: string, name: string) =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/virtualNetworks/${name}`;
export const SHARED_VNET = NETWORK(PLATFORM, "rg-network", "vnet-shared");
export const SOLO_VNET = NETWORK(PARTNER, "rg-solo", "vnet-solo");

const privateLinkServices = { privateLinkServiceNetworkPolicies: "Disabled" };
const delegated = {
  delegations: [{ name: "web", properties: { serviceName: "Microsoft.Web/serverFarms" } }],
};

export const NETWORKS = [
  {
    id: SHARED_VNET,
    prefix: "10.240.0.0/16",
    subnets: [
      { name: "nodes", properties: { addressPrefix: "10.240.0.0/22" } },
      { name: "apps", properties: { addressPrefix: "10.240.8.0/24" } },
      { name: "small", properties: { addressPrefix: "10.240.9.0/28" } },
      { name: "links", properties: { addressPrefix: "10.240.10.0/26", ...privateLinkServices } },
      { name: "functions", properties: { addressPrefix: "10.240.11.0/27", ...delegated } },
      { name: "consumers", properties: { addressPrefix: "10.240.12.0/24" } },
      { name: "pls-old", properties: { addressPrefix: "10.240.13.0/28", ...privateLinkServices } },
      { name: "batch", properties: { addressPrefix: "10.240.14.0/28" } },
    ],
  },
  {
    id: SOLO_VNET,
    prefix: "10.50.0.0/16",
    subnets: [
      { name: "nodes", properties: { addressPrefix: "10.50.0.0/22" } },
      { name: "apps", properties: { addressPrefix: "10.50.8.0/24", ...privateLinkServices } },
      { name: "consumers", properties: { addressPrefix: "10.50.12.0/24" } },
    ],
  },
];

export interface ClusterDefinition {
  name: string;
  subscription: string;
  resourceGroup: string;
  vnetId: string;
  defaultSubnet: string;
  /** Its Private Link Services live here, so that they outlive it. */
  plsResourceGroup?: string;
  /** How its control plane calls ARM; absent: with a service principal. */
  identity?: "SystemAssigned" | "UserAssigned";
  /** Object id of that identity, once it is made. */
  principalId?: string;
}

export const CLUSTERS: ClusterDefinition[] = [
  {
    name: "aks-one",
    subscription: PLATFORM,
    resourceGroup: "rg-one",
    vnetId: SHARED_VNET,
    defaultSubnet: "apps",
    identity: "SystemAssigned",
  },
  {
    name: "aks-two",
    subscription: PLATFORM,
    resourceGroup: "rg-two",
    vnetId: SHARED_VNET,
    defaultSubnet: "apps",
    identity: "UserAssigned",
  },
  {
    name: "aks-solo",
    subscription: PARTNER,
    resourceGroup: "rg-solo",
    vnetId: SOLO_VNET,
    defaultSubnet: "apps",
    identity: "SystemAssigned",
  },
];

/** A cluster that dies while it is seeded, and leaves a load balancer and a PLS. */
export const DEAD_CLUSTER: ClusterDefinition = {
  name: "aks-old",
  subscription: PLATFORM,
  resourceGroup: "rg-old",
  vnetId: SHARED_VNET,
  defaultSubnet: "apps",
};

export function clusterId({ subscription, resourceGroup, name }: ClusterDefinition): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerService/managedClusters/${name}`;
}

export function nodeGroup({ resourceGroup, name }: ClusterDefinition): string {
  return `MC_${resourceGroup}_${name}_${LOCATION}`;
}

/** What the managed cluster reports: its node resource group, and the subnet of its nodes, which the CCM takes by default. */
export function clusterProperties(definition: ClusterDefinition) {
  const { vnetId, defaultSubnet } = definition;
  return {
    nodeResourceGroup: nodeGroup(definition),
    agentPoolProfiles: [
      { name: "system", mode: "System", count: 3, vnetSubnetID: `${vnetId}/subnets/${defaultSubnet}` },
    ],
  };
}

const A = "service.beta.kubernetes.io/azure-";

/** An internal Service; `settings` are its annotations after `azure-`. */
export function internal(
  name: string,
  settings: Record<string, string> = {},
  ports: number[] = [80],
): Service {
  const annotations = {
    [`${A}load-balancer-internal`]: "true",
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${A}${key}`, value])),
  };
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "shop", annotations },
    spec: { type: "LoadBalancer", ports: ports.map((port) => ({ name: `p${port}`, protocol: "TCP", port })) },
  };
}

/** As charts from before the annotations still write it. */
function withLoadBalancerIp(service: Service, loadBalancerIP: string): Service {
  return { ...service, spec: { ...service.spec, loadBalancerIP } };
}

const pls = (settings: Record<string, string> = {}) => ({
  "pls-create": "true",
  "pls-ip-configuration-subnet": "links",
  ...settings,
});
const both = `${PLATFORM} ${PARTNER}`;

export const SERVICES: Record<string, Service[]> = {
  "aks-one": [
    internal("web"),
    internal("web-admin", { "load-balancer-ipv4": "10.240.8.50" }, [8080]),
    internal("checkout", { "load-balancer-ipv4": "10.240.8.60" }, [443]),
    internal("checkout-metrics", { "load-balancer-ipv4": "10.240.8.60" }, [9090]),
    internal(
      "payments",
      {
        "load-balancer-ipv4": "10.240.8.61",
        ...pls({ "pls-name": "pls-payments", "pls-visibility": both, "pls-auto-approval": PLATFORM }),
      },
      [443],
    ),
    internal(
      "ledger",
      pls({ "pls-name": "pls-ledger", "pls-visibility": both, "pls-auto-approval": PARTNER }),
    ),
    internal(
      "reports",
      pls({ "pls-name": "pls-reports", "pls-visibility": "*", "pls-fqdns": "reports.example.com" }),
    ),
    internal("tiny", { "load-balancer-internal-subnet": "small" }),
  ],
  "aks-two": [
    internal("search"),
    internal("search-index", { "load-balancer-ipv4": "10.240.8.70" }, [9200]),
    internal(
      "catalog",
      pls({ "pls-name": "pls-catalog", "pls-visibility": both, "pls-auto-approval": PLATFORM }),
    ),
    internal("images", { "load-balancer-internal-subnet": "small" }),
    internal("mail", {}, [25, 587]),
    internal("queue", { "load-balancer-ipv4": "10.240.8.71" }, [5672]),
    internal("cache", {}, [6379]),
  ],
  "aks-solo": [
    internal("api", {
      "pls-create": "true",
      "pls-name": "pls-api",
      "pls-visibility": both,
      "pls-auto-approval": both,
    }),
    withLoadBalancerIp(internal("grafana", {}, [3000]), "10.50.8.20"),
    internal("loki", {}, [3100]),
    internal("tempo", {}, [4317]),
    internal(
      "mimir",
      { "pls-create": "true", "pls-name": "pls-mimir", "pls-ip-configuration-subnet": "consumers" },
      [9009],
    ),
  ],
  "aks-old": [internal("legacy", pls({ "pls-name": "pls-legacy", "pls-visibility": PLATFORM }))],
};
