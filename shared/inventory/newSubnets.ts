/** Adds claims for declarations that are older than the record of their subnet, or of a prefix of it. */
import { listClusters } from "../declarations/registry.ts";
import { listConfirmed } from "../declarations/confirmed.ts";
import { newestSequence } from "../declarations/feed.ts";
import type { CountedSubnet } from "../azure/networkModel.ts";
import { canonicalId, sameId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { isProvedDeleted } from "./claimStatus.ts";
import { confirmClaims } from "./confirmClaims.ts";
import type { SubnetRow } from "./model.ts";

/**
 * Runs before the subnets are recorded, so that it is repeated after a crash, and after it, for reports that
 * arrived in between.
 */
export async function claimInNewSubnets(
  run: Run,
  subnets: readonly CountedSubnet[],
  recorded: ReadonlyMap<string, SubnetRow>,
): Promise<void> {
  const added = subnets.filter((subnet) => {
    const before = recorded.get(canonicalId(subnet.id));
    return before?.prefixes.join() !== subnet.prefixes.join();
  });
  if (added.length === 0) return;
  for (const cluster of await listClusters(run)) {
    const own = added.filter(({ vnetId }) => sameId(vnetId, cluster.vnetId));
    if (own.length === 0 || isProvedDeleted(cluster)) continue;
    const sequence = await newestSequence(run, cluster.name);
    const declared = await listConfirmed(run, cluster.name);
    await confirmClaims(run, cluster, { declared, subnets: own, sequence });
  }
}
