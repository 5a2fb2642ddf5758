/** Checks that could not be evaluated because their data could not be read. Pure. */
import { canonicalId } from "../../azure/resourceId.ts";
import type { ManagedCluster } from "../../azure/networkModel.ts";
import type { ClusterView, World } from "../../orphans/world.ts";
import type { Subjects } from "../check.ts";
import type { Unjudged } from "../checkScope.ts";
import { clusterDeleted } from "../checks/clusters.ts";
import { plsWithoutService } from "../checks/pls.ts";
import { frontendWithoutService } from "../checks/orphans.ts";
import { clusterIdentityLacksPermission } from "../checks/permissions.ts";
import { addressDiffers, plsMissing, serviceWithoutFrontend } from "../checks/services.ts";

/** Checks that depend on whether the cluster exists. */
const OF_EXISTENCE = [
  clusterDeleted,
  plsWithoutService,
  frontendWithoutService,
  addressDiffers,
  plsMissing,
  serviceWithoutFrontend,
];

export function listUnjudged(
  { clusters }: World,
  managed: readonly ManagedCluster[],
  grants: readonly Subjects["grant"][],
): Unjudged[] {
  const listed = new Set(managed.map(({ id }) => canonicalId(id)));
  const hidden = new Set(
    grants
      .filter(({ unreadable }) => unreadable !== undefined)
      .map(({ cluster }) => canonicalId(cluster.vnetId)),
  );
  const hasReadableRights = ({ cluster }: ClusterView) =>
    listed.has(canonicalId(cluster.resourceId)) && !hidden.has(canonicalId(cluster.vnetId));
  return clusters
    .filter(({ state }) => state !== "gone")
    .flatMap((view) => {
      const checks = [
        ...(hasReadableRights(view) ? [] : [clusterIdentityLacksPermission]),
        ...(view.state === "unknown" ? OF_EXISTENCE : []),
      ];
      return checks.map(({ id }) => ({ check: id, cluster: view.cluster.name }));
    });
}
