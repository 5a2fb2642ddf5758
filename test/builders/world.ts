/** Valid by default: each builder returns a complete object, and accepts the fields that matter to a test. */
import type { JsonObject } from "../../shared/ports/resources.ts";
import type { Cluster, ClusterIdentity } from "../../shared/declarations/clusterModel.ts";
import type { Feed } from "../../shared/declarations/model.ts";
import type { Declared, Intent, PlsIntent } from "../../shared/kubernetes/intent.ts";
import { baseName } from "../../shared/kubernetes/frontendName.ts";
import type {
  Connection,
  Frontend,
  PrivateLinkService,
  LoadBalancer,
  ManagedCluster,
  Rule,
  Subnet,
} from "../../shared/azure/networkModel.ts";
import type { SubnetRow } from "../../shared/inventory/model.ts";
import type { ClusterView } from "../../shared/orphans/world.ts";
import { SUBSCRIPTION } from "../memory/run.ts";

export const PARTNER = "22222222-2222-2222-2222-222222222222";
export const NOW = "2026-11-23T12:00:00.000Z";
export const UID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";

const group = (name: string) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/${name}/providers`;
export const VNET = `${group("rg-network")}/Microsoft.Network/virtualNetworks/vnet`;
export const subnetId = (name: string) => `${VNET}/subnets/${name}`;
export const balancerId = (nodeResourceGroup = "MC_one") =>
  `${group(nodeResourceGroup)}/Microsoft.Network/loadBalancers/kubernetes-internal`;
export const plsIdIn = (name: string, resourceGroup = "MC_one") =>
  `${group(resourceGroup)}/Microsoft.Network/privateLinkServices/${name}`;

export function cluster(some: Partial<Cluster> = {}): Cluster {
  const name = some.name ?? "one";
  return {
    name,
    resourceId: `${group("rg-one")}/Microsoft.ContainerService/managedClusters/${name}`,
    nodeResourceGroup: "MC_one",
    vnetId: VNET,
    defaultSubnet: "apps",
    tokens: [],
    registeredAtUtc: "2026-11-20T12:00:00.000Z",
    identity: identity(`identity of ${name}`),
    ...some,
  };
}

/** Bound, and corroborated by a frontend. */
export function identity(uid: string): ClusterIdentity {
  return { uid, boundAtUtc: NOW, corroboration: { by: "frontend", detail: "a", atUtc: NOW } };
}

/** What ARM reports of `cluster()`. */
export function managedCluster(some: Partial<ManagedCluster> = {}): ManagedCluster {
  const { resourceId, nodeResourceGroup, vnetId, defaultSubnet } = cluster();
  return {
    id: resourceId,
    location: "westeurope",
    nodeResourceGroup,
    subnetIds: [`${vnetId}/subnets/${defaultSubnet}`],
    provisioningState: "Succeeded",
    principalIds: [],
    ...some,
  };
}

export function plsIntent(some: Partial<PlsIntent> = {}): PlsIntent {
  return {
    create: true,
    natIpCount: 1,
    natIps: [],
    fqdns: [],
    proxyProtocol: false,
    visibility: [SUBSCRIPTION],
    autoApproval: [],
    ...some,
  };
}

export function intent(some: Partial<Intent> = {}): Intent {
  return {
    internal: true,
    addresses: {},
    ipFamilies: ["IPv4"],
    ports: [{ protocol: "TCP", port: 80 }],
    ...some,
  };
}

export function declared(some: Partial<Declared> = {}): Declared {
  return {
    cluster: "one",
    namespace: "shop",
    name: "web",
    uid: UID,
    strength: "confirmation",
    resourceVersion: "10",
    observedAtUtc: "2026-11-23T11:55:00.000Z",
    intent: intent(),
    ...some,
  };
}

export function frontend(some: Partial<Frontend> = {}, balancer = balancerId()): Frontend {
  const name = some.name ?? baseName(UID);
  return {
    id: `${balancer}/frontendIPConfigurations/${name}`,
    name,
    address: "10.0.1.10",
    subnetId: subnetId("apps"),
    isPublic: false,
    ...some,
  };
}

export function balancer(some: Partial<LoadBalancer> = {}): LoadBalancer {
  const id = some.id ?? balancerId();
  const frontends = some.frontends ?? [frontend({}, id)];
  return {
    id,
    name: "kubernetes-internal",
    location: "westeurope",
    sku: "Standard",
    tags: {},
    provisioningState: "Succeeded",
    frontends,
    rules: frontends.map((one) => rule(one, id)),
    pools: [{ id: `${id}/backendAddressPools/kubernetes`, name: "kubernetes", members: 3 }],
    probes: [],
    otherFrontendUses: [],
    ...some,
  };
}

/** What ARM reports of it by its id, as far as a delete is judged on it. */
export function balancerBody({ tags, provisioningState, frontends, rules, pools }: LoadBalancer): JsonObject {
  const properties = {
    provisioningState,
    frontendIPConfigurations: frontends.map(({ name }) => ({ name })),
    loadBalancingRules: rules.map(({ name, frontendId }) => ({
      name,
      properties: { frontendIPConfiguration: { id: frontendId } },
    })),
    backendAddressPools: pools.map(({ name, members }) => ({
      name,
      properties: {
        backendIPConfigurations: Array.from({ length: members }, (_, n) => ({ id: `nic-${n}` })),
      },
    })),
  };
  return { tags: { ...tags }, properties };
}

/** The same of a Private Link Service. */
export function plsBody({ tags, provisioningState, connections }: PrivateLinkService): JsonObject {
  const privateEndpointConnections = connections.map(({ id, name, status }) => ({
    id,
    name,
    properties: { privateLinkServiceConnectionState: { status } },
  }));
  return { tags: { ...tags }, properties: { provisioningState, privateEndpointConnections } };
}

/** TCP/80 of a frontend, as the controller names it. */
export function rule(frontend: Frontend, balancer = balancerId()): Rule {
  const name = `${frontend.name}-TCP-80`;
  return {
    id: `${balancer}/loadBalancingRules/${name}`,
    name,
    frontendId: frontend.id,
    protocol: "Tcp",
    port: 80,
    poolIds: [`${balancer}/backendAddressPools/kubernetes`],
  };
}

export function connection(some: Partial<Connection> = {}): Connection {
  const name = some.name ?? "pe.1";
  return {
    id: `${plsIdIn("pls")}/privateEndpointConnections/${name}`,
    name,
    endpointId: `${group("rg-consumers")}/Microsoft.Network/privateEndpoints/pe`,
    status: "Approved",
    description: "",
    ...some,
  };
}

export function pls(some: Partial<PrivateLinkService> = {}): PrivateLinkService {
  const name = some.name ?? "pls";
  return {
    id: plsIdIn(name),
    name,
    location: "westeurope",
    tags: { "k8s-azure-cluster-name": "kubernetes", "k8s-azure-owner-service": "shop/web" },
    provisioningState: "Succeeded",
    alias: `${name}.guid.westeurope.azure.privatelinkservice`,
    visibility: [SUBSCRIPTION],
    autoApproval: [],
    fqdns: [],
    proxyProtocol: false,
    frontendIds: [frontend().id],
    natAddresses: [{ subnetId: subnetId("apps") }],
    connections: [],
    ...some,
  };
}

/** What a cluster reported that confirmed its Services ten minutes ago. */
export function feed({
  atUtc = "2026-11-23T11:50:00.000Z",
  ...some
}: Partial<Feed> & { atUtc?: string } = {}): Feed {
  const confirmed = { resourceVersion: "10", sequence: 5, atUtc };
  return {
    cluster: "one",
    sequence: 5,
    heardAtUtc: atUtc,
    confirmed,
    list: { ...confirmed, services: 10 },
    ...some,
  };
}

export function view(some: Partial<ClusterView> = {}): ClusterView {
  return { cluster: cluster(), state: "present", feed: feed(), declared: [], ...some };
}

/** As Azure has it. */
export function subnetInAzure(some: Partial<Subnet> = {}): Subnet {
  const name = some.name ?? "apps";
  return {
    id: subnetId(name),
    vnetId: VNET,
    name,
    prefixes: ["10.0.1.0/24"],
    delegations: [],
    plsNetworkPolicies: "Enabled",
    ...some,
  };
}

/** As a scan keeps it. */
export function subnetRow(some: Partial<SubnetRow> = {}): SubnetRow {
  return {
    ...subnetInAzure(some),
    usableAddresses: 251,
    usedAddresses: 0,
    scannedAtUtc: "2026-11-23T11:59:00.000Z",
    ...some,
  };
}
