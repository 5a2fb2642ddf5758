import type { Cluster } from "../declarations/clusterModel.ts";
import { listClusters } from "../declarations/registry.ts";
import { canonicalId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { SubnetRow } from "./model.ts";
import { waitForAll } from "../core/waitForAll.ts";

/** Subnets of the virtual network of a cluster. */
export async function listSubnetsOf(
  { ports }: Run,
  { vnetId }: Pick<Cluster, "vnetId">,
): Promise<SubnetRow[]> {
  const rows = await Array.fromAsync(ports.tables.subnets.list(canonicalId(vnetId)));
  return rows.map(({ value }) => value);
}

/**
 * All subnets of the last scan, network by network: of recorded networks, and of networks of registered
 * clusters.
 */
export async function listSubnets(run: Run): Promise<SubnetRow[]> {
  const { vnets, subnets } = run.ports.tables;
  const [seen, clusters] = await waitForAll([Array.fromAsync(vnets.list("all")), listClusters(run)]);
  const ids = [...seen.map(({ value }) => value.id), ...clusters.map(({ vnetId }) => vnetId)];
  const partitions = [...new Set(ids.map(canonicalId))].sort();
  const rows = await waitForAll(partitions.map((one) => Array.fromAsync(subnets.list(one))));
  return rows.flat().map(({ value }) => value);
}
