/** What is there before anything happens: two subscriptions, two networks, clusters in them, and the policy. */
import { ArmClient } from "../../sandbox/cluster/armClient.ts";
import type { Cluster } from "../../sandbox/cluster/cluster.ts";
import {
  LOCATION,
  NETWORKS,
  nodeGroup,
  PARTNER,
  PLATFORM,
  SHARED_VNET,
  type ClusterDefinition,
} from "../../sandbox/world/definition.ts";
import type { Fleet } from "../../sandbox/world/fleet.ts";
import { putNodes } from "../../sandbox/world/nodes.ts";
import { putCluster } from "../../sandbox/world/rights.ts";
import { RESERVATION_MINUTES } from "../times.ts";

const NODES = 2;
/** Timeout of an API server. */
const WEBHOOK_SECONDS = 10;

/** All deletes are enabled, limited only by their proof; no Service is admitted unchecked. */
export const POLICY = {
  modes: { privateLinkServices: "enforce", connections: "enforce", rejections: "enforce", sweep: "enforce" },
  onUnavailable: "deny",
  reservationMinutes: RESERVATION_MINUTES,
  sweepGraceSeconds: 3600,
  maxDeletesPerRun: 1000,
  maxDeletesPerDay: 100_000,
  maxDeletePercent: 100,
};

export async function buildNetworks(team: ArmClient): Promise<void> {
  const groups = [
    [PLATFORM, "rg-network"],
    [PLATFORM, "rg-consumers"],
    [PARTNER, "rg-consumers"],
    [PARTNER, "rg-solo"],
  ];
  for (const [subscription, group] of groups)
    await team.put(`/subscriptions/${subscription}/resourceGroups/${group}`, { location: LOCATION });
  for (const { id, prefix, subnets } of NETWORKS)
    await team.put(id, {
      location: LOCATION,
      properties: { addressSpace: { addressPrefixes: [prefix] }, subnets },
    });
}

/** A new cluster in the shared network, registered with the app; its API server refuses what the app does not answer. */
export async function addCluster(team: ArmClient, fleet: Fleet, name: string): Promise<Cluster> {
  const definition: ClusterDefinition = {
    name,
    subscription: PLATFORM,
    resourceGroup: `rg-${name}`,
    vnetId: SHARED_VNET,
    defaultSubnet: "apps",
  };
  const group = `/subscriptions/${PLATFORM}/resourceGroups/${nodeGroup(definition)}`;
  await team.put(`/subscriptions/${PLATFORM}/resourceGroups/rg-${name}`, { location: LOCATION });
  await team.put(group, { location: LOCATION });
  await putCluster(team, definition);
  await putNodes(team, group, { definition, count: NODES });
  const cluster = await fleet.register(definition);
  Object.assign(cluster.options.webhook ?? {}, { failurePolicy: "Fail", timeoutSeconds: WEBHOOK_SECONDS });
  return cluster;
}
