/**
 * Whether a cluster's lists belong to its node resource group: the controller named a frontend
 * there for a Service in the lists. Without this the lists of another cluster, sent with this cluster's
 * token, would prove that all resources here are orphans.
 */
import type { LoadBalancer } from "../azure/networkModel.ts";
import { mixUpMessage } from "../declarations/clusterContradictions.ts";
import { recordWhose } from "../declarations/clusterIdentity.ts";
import type { Cluster, MixUp } from "../declarations/clusterModel.ts";
import { Conflict, InvalidInput } from "../core/errors.ts";
import { baseName, isNamedFor, nameBase } from "../kubernetes/frontendName.ts";
import { messageOf } from "../core/messageOf.ts";
import type { Run } from "../ports/ports.ts";
import { lookupIn } from "./lookup.ts";
import type { ClusterView, World } from "./world.ts";

/**
 * Records what the frontends show of the lists of each bound cluster: that they are its own, or that of another
 * cluster. A cluster that changes in the meantime is handled by the next sweep.
 */
export async function corroborate(run: Run, world: World): Promise<void> {
  const mixUps = mixUpsIn(world);
  for (const view of world.clusters) {
    const { cluster } = view;
    if (!cluster.identity) continue;
    const own = cluster.identity.corroboration ? undefined : frontendOfConfirmed(world, view);
    const { mixUp: recorded } = cluster.identity;
    const mixUp = mixUps.find(({ lister }) => lister === cluster.name);
    const found = {
      ...(own !== undefined && {
        corroboration: { by: "frontend" as const, detail: own, atUtc: world.nowUtc },
      }),
      ...(mixUp && !isSame(mixUp, recorded) && { mixUp: toRecord(mixUp, world) }),
    };
    if (Object.keys(found).length > 0) await record(run, cluster, found);
  }
}

function isSame(one: Found, two: MixUp | undefined): boolean {
  return one.frontend === two?.frontend && one.cluster === two.cluster && one.isUnlisted === two.isUnlisted;
}

function toRecord({ frontend, cluster, isUnlisted }: Found, { nowUtc }: World): MixUp {
  return { frontend, cluster, isUnlisted, atUtc: nowUtc };
}

async function record(run: Run, cluster: Cluster, found: Parameters<typeof recordWhose>[2]): Promise<void> {
  try {
    await recordWhose(run, cluster, found);
  } catch (error) {
    if (!(error instanceof Conflict || error instanceof InvalidInput)) throw error;
    run.log.warn("identity could not be corroborated", { cluster: cluster.name, why: messageOf(error) });
  }
}

/** True if the lists are proved to be from the cluster with this node resource group. Pure. */
export function isCorroborated(world: World, view: ClusterView): boolean {
  return view.cluster.identity?.corroboration !== undefined || frontendOfConfirmed(world, view) !== undefined;
}

/** A frontend of one cluster that the controller named for a Service in the list of another one. */
interface Found extends Omit<MixUp, "atUtc"> {
  readonly lister: string;
}

/**
 * Why the lists of the cluster, or those of another cluster that has its Services, may be mixed up. This contradicts
 * every other evidence of whose lists they are, that of an operator too. One that was recorded counts until the
 * cluster is bound again, also if the other cluster is no longer registered. `undefined` if nothing shows it. Pure.
 */
export function mixedUp(world: World, { cluster: { name, identity } }: ClusterView): string | undefined {
  const found = mixUpsIn(world).find(
    ({ lister, cluster, isUnlisted }) => lister === name || (cluster === name && isUnlisted),
  );
  if (found) return mixUpMessage(found.lister, found);
  return identity?.mixUp && mixUpMessage(name, identity.mixUp);
}

const mixUps = new WeakMap<World, readonly Found[]>();

/** The strongest of each pair of clusters. */
function mixUpsIn(world: World): readonly Found[] {
  const made = mixUps.get(world) ?? findMixUps(world);
  mixUps.set(world, made);
  return made;
}

function findMixUps(world: World): readonly Found[] {
  const listers = listersIn(world);
  const all = world.balancers.flatMap((balancer) => foundOn(world, balancer, listers));
  // One that the cluster of the frontend does not list is the stronger contradiction: it comes first.
  const byStrength = all.toSorted((a, b) => Number(b.isUnlisted) - Number(a.isUnlisted));
  const pairs = Map.groupBy(byStrength, ({ lister, cluster }) => `${lister} ${cluster}`);
  return [...pairs.values()].flatMap(([strongest]) => strongest ?? []);
}

function foundOn(world: World, { id, frontends }: LoadBalancer, listers: Listers): Found[] {
  const cluster = lookupIn(world).clusterOf(id)?.cluster.name;
  if (cluster === undefined) return [];
  return frontends.flatMap(({ name: frontend }) => {
    const listed = listers.get(nameBase(frontend)) ?? [];
    const isUnlisted = !listed.includes(cluster);
    return listed
      .filter((one) => one !== cluster)
      .map((lister) => ({ frontend, cluster, lister, isUnlisted }));
  });
}

type Listers = ReadonlyMap<string, readonly string[]>;

/** The clusters whose lists have a Service, by the start of the names of its frontends. */
function listersIn({ clusters }: World): Listers {
  const all = clusters.flatMap(({ cluster, declared }) =>
    declared
      .filter(({ strength }) => strength === "confirmation")
      .map(({ uid }) => ({ base: nameBase(baseName(uid)), name: cluster.name })),
  );
  const groups = Map.groupBy(all, ({ base }) => base);
  return new Map([...groups].map(([base, one]) => [base, one.map(({ name }) => name)]));
}

function frontendOfConfirmed(world: World, view: ClusterView): string | undefined {
  const confirmed = view.declared.filter(({ strength }) => strength === "confirmation");
  const frontends = world.balancers
    .filter(({ id }) => lookupIn(world).clusterOf(id) === view)
    .flatMap((balancer) => balancer.frontends);
  return frontends.find(({ name }) => confirmed.some(({ uid }) => isNamedFor(name, uid)))?.name;
}
