/** Permissions of the identities of clusters on their virtual networks; role assignments are read once for each network. */
import { Refused } from "../../core/errors.ts";
import { canonicalId } from "../../azure/resourceId.ts";
import type { ManagedCluster } from "../../azure/networkModel.ts";
import { once } from "../../core/once.ts";
import type { ClusterView, World } from "../../orphans/world.ts";
import { isAllowed } from "../../azure/allows.ts";
import type { Role, RoleAssignment } from "../../azure/permissionsModel.ts";
import type { Run } from "../../ports/ports.ts";
import type { MissingGrant, Subjects } from "../check.ts";
import { waitForAll } from "../../core/waitForAll.ts";

/** Actions that the cloud controller needs on a subnet, from any role. @see https://learn.microsoft.com/azure/aks/configure-kubenet */
export const NEEDED = [
  "Microsoft.Network/virtualNetworks/subnets/join/action",
  "Microsoft.Network/virtualNetworks/subnets/read",
] as const;

type RoleOf = (id: string) => Promise<Role | undefined>;

/** One for each cluster whose identities ARM returns; it returns none for a cluster with a service principal. */
export async function gatherGrants(
  run: Run,
  world: World,
  managed: readonly ManagedCluster[],
): Promise<Subjects["grant"][]> {
  const identities = new Map(managed.map(({ id, principalIds }) => [canonicalId(id), principalIds]));
  const withIdentity = world.clusters.filter(
    ({ cluster }) => (identities.get(canonicalId(cluster.resourceId)) ?? []).length > 0,
  );
  const roleOf = once((id) => run.ports.permissions.role(id));
  const byVnet = [...Map.groupBy(withIdentity, ({ cluster }) => canonicalId(cluster.vnetId)).values()];
  const grants = await waitForAll(byVnet.map((views) => grantsOn(run, views, { identities, roleOf })));
  return grants.flat();
}

interface Identities {
  readonly identities: ReadonlyMap<string, readonly string[]>;
  readonly roleOf: RoleOf;
}

/** Clusters of one virtual network. */
async function grantsOn(
  run: Run,
  views: readonly ClusterView[],
  known: Identities,
): Promise<Subjects["grant"][]> {
  const [first] = views;
  if (!first) return [];
  try {
    const assignments = await run.ports.permissions.assignmentsAt(first.cluster.vnetId);
    return await waitForAll(
      views.map(async (view) => ({
        cluster: view.cluster,
        missing: await missingFor(run, view, { ...known, assignments }),
      })),
    );
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // Reported once for the virtual network, not for each of its clusters.
    return [{ cluster: first.cluster, missing: [], unreadable: error.message }];
  }
}

async function missingFor(
  run: Run,
  view: ClusterView,
  { identities, roleOf, assignments }: Identities & { readonly assignments: readonly RoleAssignment[] },
): Promise<MissingGrant[]> {
  const { cluster } = view;
  const principals = identities.get(canonicalId(cluster.resourceId)) ?? [];
  const own = assignments.filter(({ principalId }) => principals.includes(principalId));
  const missing = await lacking(view, own, roleOf);
  if (missing.length === 0 || !assignments.some(({ isGroup }) => isGroup)) return missing;
  // The permission may come from a group, whose members only Azure can resolve.
  const through = await waitForAll(
    principals.map((one) => run.ports.permissions.assignmentsOf(cluster.vnetId, one)),
  );
  return lacking(view, [...own, ...through.flat()], roleOf);
}

async function lacking(
  view: ClusterView,
  assignments: readonly RoleAssignment[],
  roleOf: RoleOf,
): Promise<MissingGrant[]> {
  const ids = [...new Set(assignments.map(({ roleId }) => canonicalId(roleId)))];
  const roles = new Map<string, Role>();
  for (const [at, role] of (await waitForAll(ids.map(roleOf))).entries())
    if (role) roles.set(ids[at] ?? "", role);
  return subnetsOf(view).flatMap((subnet) => {
    const resourceId = `${view.cluster.vnetId}/subnets/${subnet}`;
    const actions = NEEDED.filter((action) => !isAllowed(assignments, roles, { resourceId, action }));
    return actions.length > 0 ? [{ subnet, actions }] : [];
  });
}

/** The default subnet, and those that its Services name. */
function subnetsOf({ cluster, declared }: ClusterView): string[] {
  const named = declared
    .filter(({ deletedAtUtc, intent }) => deletedAtUtc === undefined && intent.internal)
    .flatMap(({ intent }) => [intent.subnet, intent.pls?.subnet])
    .filter((name) => name !== undefined);
  const byName = new Map([cluster.defaultSubnet, ...named].map((name) => [name.toLowerCase(), name]));
  return [...byName.values()].sort();
}
