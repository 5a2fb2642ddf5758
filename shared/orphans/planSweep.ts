/**
 * The deletes that are due, in the order that Azure requires: disconnected connections, Private Link
 * Services, load balancers. Pure.
 */
import type { Part } from "../changes/parts.ts";
import type { Change, Plan } from "../changes/plan.ts";
import { canonicalId, parseResourceId, sameId } from "../azure/resourceId.ts";
import type { Quarantined } from "./model.ts";
import { removedBy, removeFrontend } from "./removeFrontend.ts";
import { removeRules } from "./staleRules.ts";
import { lookupIn } from "./lookup.ts";
import { isHeardOf, type ClusterView, type World } from "./world.ts";

/** A load balancer is deleted after every PLS on it: one that is not due prevents it. */
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
 * The plan in parts: a failure, for example a lock, stops only what depends on it. A PLS is deleted after its
 * connections, a frontend after the PLS on it, a load balancer after everything on it. What failed last comes
 * last, whatever its kind: it must not use up the limits of every sweep. Pure.
 */
export function partsOf({ changes }: Plan, world: World, quarantined: readonly Quarantined[]): Part[] {
  const byId = new Map(changes.map((change) => [canonicalId(change.resourceId), change]));
  const on = changesOn(changes, world);
  const parts = Map.groupBy(changes, (change) => byId.get(parentKey(change.resourceId)) ?? change);
  const all = [...parts].map(([last, part]) => ({
    changes: part,
    after: removedBy(last).flatMap((id) => on.get(canonicalId(id)) ?? []),
  }));
  return byFailure(all, quarantined);
}

/** Changes by the id of what they are on: a PLS by its frontends and load balancers, a frontend or rule by its load balancer. */
function changesOn(changes: readonly Change[], world: World): ReadonlyMap<string, readonly Change[]> {
  const on = new Map<string, Change[]>();
  for (const change of changes) {
    const frontendIds = lookupIn(world).plsOf(change.resourceId)?.frontendIds ?? [];
    const ofPls = new Set(frontendIds.flatMap((id) => [canonicalId(id), parentKey(id)]));
    const keys = change.action === "update" ? [canonicalId(change.resourceId)] : ofPls;
    for (const key of keys) on.set(key, [...(on.get(key) ?? []), change]);
  }
  return on;
}

/** A part counts as failed if a part that it depends on failed: it never comes before that one. */
function byFailure(parts: readonly Required<Part>[], quarantined: readonly Quarantined[]): Part[] {
  const failedAt = new Map(quarantined.map((row) => [canonicalId(row.resourceId), row.failedAtUtc ?? ""]));
  const ownOf = ({ changes }: Part) =>
    newest(changes.flatMap(removedBy).map((id) => failedAt.get(canonicalId(id)) ?? ""));
  const partOf = new Map(parts.flatMap((part) => part.changes.map((change) => [change, part] as const)));
  const keys = new Map(
    parts.map((part) => {
      const needed = part.after.flatMap((change) => partOf.get(change) ?? []);
      return [part, newest([part, ...needed].map(ownOf))] as const;
    }),
  );
  return parts.toSorted((a, b) => (keys.get(a) ?? "").localeCompare(keys.get(b) ?? ""));
}

function newest(times: readonly string[]): string {
  return times.toSorted().at(-1) ?? "";
}

function parentKey(id: string): string {
  return canonicalId(parseResourceId(id)?.parentId ?? "");
}

/** Its grace period is over, and its absence was confirmed again after the start. */
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
 * True if the last confirmation of the cluster is newer than the state of Azure at the time of quarantine. A
 * deleted cluster must not have reported since then. A connection needs two reads from Azure, and this is the
 * second one.
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

/** A PLS that is not due keeps its frontend. */
function isStoodOn(
  frontendId: string,
  duePrivateLinkServices: readonly Quarantined[],
  world: World,
): boolean {
  return world.privateLinkServices
    .filter(({ frontendIds }) => frontendIds.some((id) => sameId(id, frontendId)))
    .some((pls) => !duePrivateLinkServices.some(({ resourceId }) => sameId(resourceId, pls.id)));
}

/** The delete of a resource in quarantine, or of one that is deleted with it. */
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
