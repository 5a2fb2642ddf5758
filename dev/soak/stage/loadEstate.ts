/** Registers many clusters of a separate virtual network with the CLI. The load test only needs their tokens. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArmClient } from "../../sandbox/cluster/armClient.ts";
import { LOCATION, nodeGroup, PLATFORM, type ClusterDefinition } from "../../sandbox/world/definition.ts";
import { putCluster } from "../../sandbox/world/rights.ts";
import type { Stage } from "./stage.ts";

const VNET = `/subscriptions/${PLATFORM}/resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-load`;
const PUT_AT_ONCE = 20;
/** The token in Secret `mooring-token` of a cluster's manifest. */
const TOKEN = /"?token"?: "?([\w-]{20,})"?/;

export interface LoadCluster {
  readonly name: string;
  readonly token: string;
}

/** @returns clusters `load-001` and so on, in the order of their names */
export async function addClusters(
  { team, mooring, door }: Stage,
  { directory, count }: { readonly directory: string; readonly count: number },
): Promise<LoadCluster[]> {
  await buildNetwork(team);
  const definitions = Array.from({ length: count }, (_, n) => definitionOf(n + 1));
  for (let at = 0; at < count; at += PUT_AT_ONCE)
    await Promise.all(definitions.slice(at, at + PUT_AT_ONCE).map((one) => build(team, one)));
  const folder = join(directory, "manifests");
  await mkdir(folder);
  const url = door.url.replace("http:", "https:");
  await mooring(["clusters", "discover", "--register", "--all", "--url", url, "--folder", folder]);
  return Promise.all(definitions.map(({ name }) => read(folder, name)));
}

async function buildNetwork(team: ArmClient): Promise<void> {
  await team.put(VNET, {
    location: LOCATION,
    properties: {
      addressSpace: { addressPrefixes: ["10.100.0.0/16"] },
      subnets: [{ name: "apps", properties: { addressPrefix: "10.100.0.0/16" } }],
    },
  });
}

function definitionOf(n: number): ClusterDefinition {
  const name = `load-${String(n).padStart(3, "0")}`;
  const resourceGroup = `rg-${name}`;
  return { name, subscription: PLATFORM, resourceGroup, vnetId: VNET, defaultSubnet: "apps" };
}

async function build(team: ArmClient, definition: ClusterDefinition): Promise<void> {
  const groups = `/subscriptions/${PLATFORM}/resourceGroups`;
  for (const group of [definition.resourceGroup, nodeGroup(definition)])
    await team.put(`${groups}/${group}`, { location: LOCATION });
  await putCluster(team, definition);
}

async function read(folder: string, name: string): Promise<LoadCluster> {
  const token = TOKEN.exec(await readFile(join(folder, `mooring-${name}.yaml`), "utf8"))?.[1];
  if (token === undefined) throw new Error(`the manifest of ${name} has no token`);
  return { name, token };
}
