/** Makes the world through ARM and the clusters only: nothing is written behind their backs. */
import { ArmClient, type ArmFetch } from "../cluster/armClient.ts";
import type { Cluster } from "../cluster/cluster.ts";
import {
  CLUSTERS,
  clusterId,
  DEAD_CLUSTER,
  LOCATION,
  NETWORKS,
  nodeGroup,
  PARTNER,
  PLATFORM,
  SERVICES,
  SHARED_VNET,
  SOLO_VNET,
  type ClusterDefinition,
} from "./definition.ts";
import { deleteCluster } from "./deleteCluster.ts";
import type { Fleet } from "./fleet.ts";
import { putNodes } from "./nodes.ts";
import { makeRoles, putCluster, withdrawRights } from "./rights.ts";
import { wear } from "./wear.ts";

type Item = Record<string, any>;

const GROUPS: [string, string][] = [
  [PLATFORM, "rg-network"],
  [PLATFORM, "rg-consumers"],
  [PARTNER, "rg-consumers"],
];
const NODES_PER_CLUSTER = 3;
/** Before it comes its cluster has lost its right to the network: it stays pending. */
const LOCKED_OUT = "mimir";

export interface Seeding {
  arm: ArmFetch;
  fleet: Fleet;
  /** Lets the app look at the networks before Services ask for their addresses. */
  scan: () => Promise<void>;
}

export async function seedWorld({ arm: fetch, fleet, scan }: Seeding): Promise<void> {
  const arm = new ArmClient(fetch, { objectId: "seed", applicationId: "seed", name: "platform-team" });
  await buildNetworks(arm);
  await makeRoles(arm);
  const clusters: ClusterDefinition[] = [];
  for (const definition of [...CLUSTERS, DEAD_CLUSTER]) clusters.push(await buildCluster(arm, definition));
  await scan();
  for (const definition of clusters) await deploy(arm, await fleet.register(definition), definition);
  await connectConsumers(fetch, arm);
  await deleteCluster(arm, clusterId(DEAD_CLUSTER));
  fleet.forget(DEAD_CLUSTER.name);
  await drift(arm);
  await wear(arm);
}

async function buildNetworks(arm: ArmClient): Promise<void> {
  for (const [subscription, group] of GROUPS)
    await arm.put(`/subscriptions/${subscription}/resourceGroups/${group}`, { location: LOCATION });
  for (const { resourceGroup, subscription } of [...CLUSTERS, DEAD_CLUSTER])
    await arm.put(`/subscriptions/${subscription}/resourceGroups/${resourceGroup}`, { location: LOCATION });
  for (const { id, prefix, subnets } of NETWORKS)
    await arm.put(id, {
      location: LOCATION,
      properties: { addressSpace: { addressPrefixes: [prefix] }, subnets },
    });
}

/** Gives the definition with the identity that it got. */
async function buildCluster(arm: ArmClient, definition: ClusterDefinition): Promise<ClusterDefinition> {
  const group = `/subscriptions/${definition.subscription}/resourceGroups/${nodeGroup(definition)}`;
  await arm.put(group, { location: LOCATION });
  const principalId = await putCluster(arm, definition);
  await putNodes(arm, group, { definition, count: NODES_PER_CLUSTER });
  return { ...definition, ...(principalId !== undefined && { principalId }) };
}

async function deploy(arm: ArmClient, cluster: Cluster, definition: ClusterDefinition): Promise<void> {
  const { name } = definition;
  for (const service of SERVICES[name] ?? []) {
    const isLocked = service.metadata.name === LOCKED_OUT;
    if (isLocked) await withdrawRights(arm, definition);
    const applied = await cluster.apply(service);
    if (!applied.allowed || (applied.pending && !isLocked))
      throw new Error(`${name}/${service.metadata.name}: ${applied.message ?? applied.pending}`);
  }
  const { status, body } = await cluster.confirm();
  if (status !== 200) throw new Error(`${name}: declarations answered ${status} ${JSON.stringify(body)}`);
}

/** Connections in every state. */
async function connectConsumers(fetch: ArmFetch, arm: ArmClient): Promise<void> {
  const partner = new ArmClient(fetch, {
    objectId: "partner",
    applicationId: "partner",
    name: "partner-team",
  });
  const privateLinkServices = await allPrivateLinkServices(arm);
  const idOf = (name: string) => privateLinkServices.find((pls) => pls["name"] === name)?.["id"] as string;
  const aliasOf = (name: string) =>
    privateLinkServices.find((pls) => pls["name"] === name)?.["properties"].alias as string;
  await connect(arm, PLATFORM, { name: "pe-payments", pls: idOf("pls-payments"), way: "automatic" });
  await connect(partner, PARTNER, { name: "pe-payments", pls: aliasOf("pls-payments"), way: "manual" });
  await connect(partner, PARTNER, { name: "pe-reports", pls: aliasOf("pls-reports"), way: "manual" });
  await connect(arm, PLATFORM, { name: "pe-catalog", pls: idOf("pls-catalog"), way: "automatic" });
  await connect(partner, PARTNER, { name: "pe-api", pls: idOf("pls-api"), way: "automatic" });
  await connect(partner, PARTNER, { name: "pe-gone", pls: aliasOf("pls-catalog"), way: "manual" });
  await partner.remove(endpointId(PARTNER, "pe-gone"));
  await reject(arm, idOf("pls-reports"));
}

interface Consumer {
  name: string;
  pls: string;
  way: "automatic" | "manual";
}

export async function connect(
  arm: ArmClient,
  subscription: string,
  { name, pls, way }: Consumer,
): Promise<void> {
  const vnet = subscription === PLATFORM ? SHARED_VNET : SOLO_VNET;
  const connection = { name, properties: { privateLinkServiceId: pls } };
  await arm.put(endpointId(subscription, name), {
    location: LOCATION,
    properties: {
      subnet: { id: `${vnet}/subnets/consumers` },
      [way === "automatic" ? "privateLinkServiceConnections" : "manualPrivateLinkServiceConnections"]: [
        connection,
      ],
    },
  });
}

export function endpointId(subscription: string, name: string): string {
  return `/subscriptions/${subscription}/resourceGroups/rg-consumers/providers/Microsoft.Network/privateEndpoints/${name}`;
}

async function reject(arm: ArmClient, plsId: string): Promise<void> {
  const [connection] = (await arm.get(plsId)).properties.privateEndpointConnections as Item[];
  if (!connection) throw new Error(`${plsId} has no connection to reject`);
  connection["properties"].privateLinkServiceConnectionState = {
    status: "Rejected",
    description: "not agreed",
    actionsRequired: "None",
  };
  await arm.put(connection["id"], connection);
}

/** Three changes that no Service declares. */
async function drift(arm: ArmClient): Promise<void> {
  const privateLinkServices = await allPrivateLinkServices(arm);
  await change(
    arm,
    privateLinkServices,
    "pls-ledger",
    (properties) => (properties["visibility"] = { subscriptions: ["*"] }),
  );
  await change(
    arm,
    privateLinkServices,
    "pls-reports",
    (properties) => (properties["fqdns"] = ["reports.example.net"]),
  );
  await moveAddress(arm);
}

async function change(
  arm: ArmClient,
  privateLinkServices: Item[],
  name: string,
  edit: (properties: Item) => void,
): Promise<void> {
  const pls = privateLinkServices.find((candidate) => candidate["name"] === name);
  if (!pls) throw new Error(`no Private Link Service ${name}`);
  edit(pls["properties"]);
  await arm.put(pls["id"], pls);
}

/** Another writer gave the frontend of search-index another address. */
async function moveAddress(arm: ArmClient): Promise<void> {
  const [, two] = CLUSTERS;
  if (!two) return;
  const id = `/subscriptions/${PLATFORM}/resourceGroups/${nodeGroup(two)}/providers/Microsoft.Network/loadBalancers/kubernetes-internal`;
  const balancer = await arm.get(id);
  const frontend = (balancer.properties.frontendIPConfigurations as Item[]).find(
    (item) => item["properties"].privateIPAddress === "10.240.8.70",
  );
  if (!frontend) throw new Error("no frontend has 10.240.8.70");
  frontend["properties"].privateIPAddress = "10.240.8.170";
  await arm.put(id, balancer);
}

async function allPrivateLinkServices(arm: ArmClient): Promise<Item[]> {
  const lists = await Promise.all(
    [PLATFORM, PARTNER].map((subscription) =>
      arm.list(`/subscriptions/${subscription}/providers/Microsoft.Network/privateLinkServices`),
    ),
  );
  return lists.flat();
}
