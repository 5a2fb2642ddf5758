/** What could not be looked for, since what tells of it could not be read. Pure. */
import { canonicalId } from "../../azure/resourceId.ts";
import type { ManagedCluster } from "../../azure/networkModel.ts";
import type { ClusterView, World } from "../../orphans/world.ts";
import type { Subjects } from "../check.ts";
import type { Unjudged } from "../checkScope.ts";
import { clusterGone } from "../checks/clusters.ts";
import { plsUnexpected } from "../checks/pls.ts";
import { frontendWithoutService } from "../checks/orphans.ts";
import { identityLacksPermission } from "../checks/permissions.ts";
import { addressDiffers, plsMissing, serviceWithoutFrontend } from "../checks/services.ts";

/** They rest on whether the cluster is there. */
const OF_EXISTENCE = [
  clusterGone,
  plsUnexpected,
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
  const hasKnownRights = ({ cluster }: ClusterView) =>
    listed.has(canonicalId(cluster.resourceId)) && !hidden.has(canonicalId(cluster.vnetId));
  return clusters
    .filter(({ state }) => state !== "gone")
    .flatMap((view) => {
      const checks = [
        ...(hasKnownRights(view) ? [] : [identityLacksPermission]),
        ...(view.state === "unknown" ? OF_EXISTENCE : []),
      ];
      return checks.map(({ id }) => ({ check: id, cluster: view.cluster.name }));
    });
}
