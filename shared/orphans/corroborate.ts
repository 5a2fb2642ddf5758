/**
 * Corroborates that a cluster's lists belong to its node resource group: the controller named a frontend
 * there for a Service in the lists. Without this the lists of another cluster, sent with this cluster's
 * token, would prove that all resources here are orphans.
 */
import { corroborateIdentity } from "../declarations/clusterIdentity.ts";
import type { Corroboration } from "../declarations/clusterModel.ts";
import { Conflict, InvalidInput } from "../core/errors.ts";
import { baseName, isNamedFor, nameBase } from "../kubernetes/frontendName.ts";
import { messageOf } from "../core/messageOf.ts";
import type { Run } from "../ports/ports.ts";
import { lookupIn } from "./lookup.ts";
import type { ClusterView, World } from "./world.ts";

/**
 * Records it for every bound cluster without corroboration; one that changes in the meantime is handled by
 * the next sweep.
 */
export async function corroborate(run: Run, world: World): Promise<void> {
  for (const view of world.clusters) {
    const { identity, name } = view.cluster;
    const frontend = identity && !identity.corroboration ? frontendOfConfirmed(world, view) : undefined;
    if (frontend !== undefined)
      await record(run, name, { by: "frontend", detail: frontend, atUtc: world.nowUtc });
  }
}

async function record(run: Run, cluster: string, corroboration: Corroboration): Promise<void> {
  try {
    await corroborateIdentity(run, cluster, corroboration);
  } catch (error) {
    if (!(error instanceof Conflict || error instanceof InvalidInput)) throw error;
    run.log.warn("identity could not be corroborated", { cluster, why: messageOf(error) });
  }
}

/** True if the lists are proved to be from the cluster with this node resource group. Pure. */
export function isCorroborated(world: World, view: ClusterView): boolean {
  return view.cluster.identity?.corroboration !== undefined || frontendOfConfirmed(world, view) !== undefined;
}

/**
 * A frontend of the cluster that the controller named for a Service in the list of another cluster, which contradicts every other evidence
 * of whose lists they are, that of an operator too. Pure.
 */
export function frontendOfOther(
  world: World,
  view: ClusterView,
): { name: string; cluster: string } | undefined {
  const ownerOf = ownersIn(world);
  return world.balancers
    .filter(({ id }) => lookupIn(world).clusterOf(id) === view)
    .flatMap(({ frontends }) => frontends)
    .flatMap(({ name }) => {
      const cluster = ownerOf.get(nameBase(name));
      return cluster === undefined || cluster === view.cluster.name ? [] : [{ name, cluster }];
    })[0];
}

const owners = new WeakMap<World, ReadonlyMap<string, string>>();

/** The cluster whose list has a Service, by the start of the names of its frontends. */
function ownersIn(world: World): ReadonlyMap<string, string> {
  const made =
    owners.get(world) ??
    new Map(
      world.clusters.flatMap(({ cluster, declared }) =>
        declared
          .filter(({ strength }) => strength === "confirmation")
          .map(({ uid }) => [nameBase(baseName(uid)), cluster.name] as const),
      ),
    );
  owners.set(world, made);
  return made;
}

function frontendOfConfirmed(world: World, view: ClusterView): string | undefined {
  const confirmed = view.declared.filter(({ strength }) => strength === "confirmation");
  const frontends = world.balancers
    .filter(({ id }) => lookupIn(world).clusterOf(id) === view)
    .flatMap((balancer) => balancer.frontends);
  return frontends.find(({ name }) => confirmed.some(({ uid }) => isNamedFor(name, uid)))?.name;
}
