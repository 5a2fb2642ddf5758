/** The deletes that are due, in the order that Azure takes them: dead connections, Private Link Services, load balancers. Pure. */
import type { Change, Plan } from "../changes/plan.ts";
import { canonicalId, parseResourceId, sameId } from "../azure/resourceId.ts";
import type { Quarantined } from "./model.ts";
import { removeFrontend } from "./removeFrontend.ts";
import { removeRules } from "./staleRules.ts";
import { lookupIn } from "./lookup.ts";
import { isHeardOf, type ClusterView, type World } from "./world.ts";

/** A load balancer waits for every PLS on it: one that is not due keeps it. */
export function planSweep(quarantined: readonly Quarantined[], world: World): Plan {
  const due = quarantined.filter((row) => isDue(row, world));
  const privateLinkServices = due.filter(({ kind }) => kind === "pls");
  const balancers = due.filter(
    ({ kind, resourceId }) => kind === "loadBalancer" && !isHeld(resourceId, privateLinkServices, world),
  );
  const ofPrivateLinkServices = privateLinkServices.flatMap((row) => [
    ...connectionsOf(row, world),
    deletion(row),
  ]);
  const connections = due
    .filter(
      ({ kind, resourceId }) =>
        kind === "connection" && !ofPrivateLinkServices.some((one) => sameId(one.resourceId, resourceId)),
    )
    .map((row) => deletion(row));
  const frontends = due
    .filter(
      ({ kind, resourceId }) => kind === "frontend" && !isStoodOn(resourceId, privateLinkServices, world),
    )
    .flatMap((row) => {
      const balancer = lookupIn(world).balancerOf(row.resourceId);
      return balancer ? [removeFrontend(row, balancer)] : [];
    });
  const rules = [
    ...Map.groupBy(
      due.filter(({ kind }) => kind === "rule"),
      ({ resourceId }) => lookupIn(world).balancerOf(resourceId),
    ),
  ].flatMap(([balancer, rows]) => (balancer ? removeRules(rows, balancer) : []));
  const whole = balancers.map((row) => deletion(row));
  return { changes: [...connections, ...ofPrivateLinkServices, ...rules, ...frontends, ...whole] };
}

/**
 * The plan in parts that do not depend on each other, one for each load balancer with all that stands on it, in the plan's order: what
 * stops one part, a lock say, must not stop the others.
 */
export function partsOf({ changes }: Plan, world: World): Plan[] {
  const parts = Map.groupBy(changes, ({ resourceId }) => balancerKey(resourceId, world));
  return [...parts.values()].map((part) => ({ changes: part }));
}

function balancerKey(id: string, world: World): string {
  const { parentId = id } = parseResourceId(id) ?? {};
  const pls = world.privateLinkServices.find((one) => sameId(one.id, parentId));
  const [frontendId] = pls?.frontendIds ?? [];
  return canonicalId((frontendId && parseResourceId(frontendId)?.parentId) ?? id);
}

/** Its grace period is over, and its absence was confirmed again since it began. */
function isDue(row: Quarantined, world: World): boolean {
  return (
    row.deleteAfterUtc <= world.nowUtc && row.quarantinedAtUtc < world.nowUtc && isConfirmedSince(row, world)
  );
}

/** Rows whose grace period is over and whose living cluster has to confirm again that no Service uses them. Pure. */
export function awaiting(quarantined: readonly Quarantined[], world: World): Quarantined[] {
  return quarantined.filter(
    (row) => row.isFinal && stateOf(row, world) === "present" && !isConfirmedSince(row, world),
  );
}

function stateOf(row: Quarantined, world: World): ClusterView["state"] | undefined {
  return world.clusters.find((one) => one.cluster.name === row.cluster)?.state;
}

/**
 * True if what the cluster confirmed last is newer than what Azure showed when the resource was quarantined. A deleted cluster confirms
 * nothing: there it must not have reported since. A connection needs two reads from Azure, and this is the second.
 */
export function isConfirmedSince(row: Quarantined, world: World): boolean {
  const view = world.clusters.find((one) => one.cluster.name === row.cluster);
  if (!view || view.state === "unknown") return false;
  if (view.state === "gone") return !isHeardOf(view, row.quarantinedAtUtc);
  if (row.kind === "connection") return true;
  return row.isFinal === true && (view.feed?.confirmed?.sequence ?? 0) > row.sequence;
}

function connectionsOf(row: Quarantined, world: World): Change[] {
  const pls = world.privateLinkServices.find(({ id }) => sameId(id, row.resourceId));
  return (pls?.connections ?? []).map(({ id }) => deletion(row, id));
}

function isHeld(balancerId: string, duePrivateLinkServices: readonly Quarantined[], world: World): boolean {
  const balancer = world.balancers.find(({ id }) => sameId(id, balancerId));
  const on = world.privateLinkServices.filter((pls) =>
    pls.frontendIds.some((id) => balancer?.frontends.some((frontend) => sameId(frontend.id, id))),
  );
  return on.some((pls) => !duePrivateLinkServices.some(({ resourceId }) => sameId(resourceId, pls.id)));
}

/** A PLS that is not due keeps the frontend under it. */
function isStoodOn(
  frontendId: string,
  duePrivateLinkServices: readonly Quarantined[],
  world: World,
): boolean {
  return world.privateLinkServices
    .filter(({ frontendIds }) => frontendIds.some((id) => sameId(id, frontendId)))
    .some((pls) => !duePrivateLinkServices.some(({ resourceId }) => sameId(resourceId, pls.id)));
}

/** The delete of what is in quarantine, or of what goes with it. */
export function deletion(row: Quarantined, resourceId = row.resourceId): Change {
  const { cluster, evidence } = row;
  return {
    action: "delete",
    capability: "sweep",
    resourceId,
    cluster,
    reason: `orphan in quarantine since ${row.quarantinedAtUtc}: ${row.reason}`,
    evidence,
  };
}
