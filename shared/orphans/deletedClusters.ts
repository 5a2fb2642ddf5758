/**
 * Finds registered clusters that were deleted, so that the claims of their Services end. Uses the same proof
 * as the deletion of their resources in Azure. Called by the scan, before it reads Azure.
 */
import { isDeepStrictEqual } from "node:util";
import type { Cluster, Deletion } from "../declarations/clusterModel.ts";
import { listClusters, replaceCluster } from "../declarations/registry.ts";
import { listFeeds } from "../declarations/feed.ts";
import { Conflict, InvalidInput } from "../core/errors.ts";
import { messageOf } from "../core/messageOf.ts";
import { readPolicy } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";
import { mapAtMost } from "../core/waitForAll.ts";
import { isProved, proofOf } from "./clusterProof.ts";
import { contradictions } from "./contradictions.ts";
import { gatherAround } from "./gather.ts";
import { lookupIn } from "./lookup.ts";
import { lastHeardUtc, type ClusterView, type World } from "./world.ts";

/** A cluster that reported more recently is not read from Azure: senders report every few seconds. */
const SILENT_MILLISECONDS = 5 * 60_000;
const AT_ONCE = 4;

/**
 * Clusters that do not exist in Azure, by name, with their proof. Records it in the registrations, so that
 * admission can report it. Clusters with unknown state are omitted.
 */
export async function findDeletedClusters(run: Run): Promise<ReadonlyMap<string, Cluster>> {
  const registered = await listClusters(run);
  const deleted = await judgeSuspects(run, await suspectsAmong(run, registered));
  for (const cluster of registered) await record(run, cluster, deleted.get(cluster.name)?.deletion);
  return deleted;
}

async function suspectsAmong(run: Run, registered: readonly Cluster[]): Promise<Cluster[]> {
  const feeds = new Map((await listFeeds(run)).map((feed) => [feed.cluster, feed]));
  const silentUtc = new Date(run.now().getTime() - SILENT_MILLISECONDS).toISOString();
  const silent = registered.filter(({ name }) => (feeds.get(name)?.heardAtUtc ?? "") < silentUtc);
  const absent = await mapAtMost(AT_ONCE, silent, async (one) => ((await isAbsent(run, one)) ? [one] : []));
  return absent.flat();
}

/** One read for each silent cluster; everything else is read only if ARM returns 404. */
async function isAbsent({ ports: { network }, log }: Run, { name, resourceId }: Cluster): Promise<boolean> {
  try {
    return (await network.managedCluster(resourceId)) === undefined;
  } catch (error) {
    log.warn("cluster could not be read", { cluster: name, why: messageOf(error) });
    return false;
  }
}

async function judgeSuspects(run: Run, suspects: readonly Cluster[]): Promise<Map<string, Cluster>> {
  if (suspects.length === 0) return new Map();
  try {
    const { policy } = await readPolicy(run);
    const world = await gatherAround(run, policy, ...suspects);
    const gone = world.clusters.filter(({ state }) => state === "gone");
    return new Map(gone.map((view) => [view.cluster.name, withDeletion(world, view)]));
  } catch (error) {
    const clusters = suspects.map(({ name }) => name);
    run.log.warn("whether clusters were deleted could not be read", { clusters, why: messageOf(error) });
    return new Map();
  }
}

function withDeletion(world: World, view: ClusterView): Cluster {
  const { deletion: before, ...cluster } = view.cluster;
  const heardAtUtc = lastHeardUtc(view);
  const missing = missingFor(world, view);
  const deletion = {
    sinceUtc: before?.sinceUtc ?? world.nowUtc,
    ...(heardAtUtc !== undefined && { heardAtUtc }),
    ...(missing === undefined ? { provedAtUtc: before?.provedAtUtc ?? world.nowUtc } : { missing }),
  };
  return { ...cluster, deletion };
}

/** Members of backend pools are nodes, even if ARM returns 404 for the cluster's id. */
function missingFor(world: World, view: ClusterView): string | undefined {
  const proof = proofOf(world, view);
  if (!isProved(proof)) return proof.missing;
  const own = world.balancers.filter(({ id }) => lookupIn(world).clusterOf(id) === view);
  return own.flatMap((balancer) => contradictions.members(world, balancer))[0];
}

/** Written only if changed. A registration that changes in the meantime is handled by the next scan. */
async function record(run: Run, before: Cluster, deletion: Deletion | undefined): Promise<void> {
  if (isDeepStrictEqual(before.deletion, deletion)) return;
  try {
    await replaceCluster(run, before.name, ({ deletion: _before, ...cluster }) => {
      if (cluster.registeredAtUtc !== before.registeredAtUtc) throw new Conflict("registered again");
      return { ...cluster, ...(deletion && { deletion }) };
    });
    run.log.info("deletion of cluster recorded", { cluster: before.name, ...deletion });
  } catch (error) {
    if (!(error instanceof Conflict || error instanceof InvalidInput)) throw error;
    run.log.warn("deletion of cluster not recorded", { cluster: before.name, why: messageOf(error) });
  }
}
