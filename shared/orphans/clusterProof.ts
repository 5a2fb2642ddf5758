/**
 * Proof that no Service of a cluster uses a resource: by a confirmation of the cluster, or because the
 * cluster was deleted. Pure.
 */
import type { Evidence } from "../changes/plan.ts";
import { isCorroborated, mixedUp } from "./corroborate.ts";
import { lastHeardUtc, type ClusterView, type World } from "./world.ts";

export type Proof = readonly Evidence[] | { readonly missing: string };

export function isProved(proof: Proof): proof is readonly Evidence[] {
  return Array.isArray(proof);
}

const proofs = new WeakMap<ClusterView, Proof>();

/**
 * Evidence that the cluster does not use what it does not declare, or what is missing for it. The same for
 * all of its resources.
 */
export function proofOf(world: World, view: ClusterView): Proof {
  const known = proofs.get(view);
  if (known) return known;
  const made = proofFrom(world, view);
  proofs.set(view, made);
  return made;
}

function proofFrom(world: World, view: ClusterView): Proof {
  const { cluster, state, doubt } = view;
  if (cluster.unchecked)
    return missing(`cluster ${cluster.name} was registered without a check (${cluster.unchecked.reason})`);
  if (state === "unknown")
    return missing(doubt ?? `whether cluster ${cluster.name} exists could not be read`);
  return state === "gone" ? proofOfDeleted(world, view) : proofOfPresent(world, view);
}

/**
 * Requires ARM 404, no other cluster in its node resource group, and no reports; members of backend pools are
 * checked for each load balancer.
 */
function proofOfDeleted(world: World, view: ClusterView): Proof {
  const { name, nodeResourceGroup, registeredAtUtc } = view.cluster;
  const heard = lastHeardUtc(view);
  if (heard !== undefined && heard >= world.freshSinceUtc)
    return missing(
      heard === view.writtenAtUtc
        ? `Azure has no managed cluster ${name}, but a resource in ${nodeResourceGroup} was written at ${heard}`
        : `Azure has no managed cluster ${name}, but it reported at ${heard}`,
    );
  // The registration read the cluster from Azure, so it existed at that time.
  if (registeredAtUtc >= world.freshSinceUtc)
    return missing(`Azure has no managed cluster ${name}, but it was registered at ${registeredAtUtc}`);
  const atUtc = world.nowUtc;
  return [
    { says: `managed cluster ${name} does not exist`, source: "Azure", atUtc },
    {
      says: `no managed cluster has node resource group ${nodeResourceGroup}, and nothing was received from ${name} or written there since ${heard ?? "its registration"}`,
      source: "Azure",
      atUtc,
    },
  ];
}

function proofOfPresent(world: World, view: ClusterView): Proof {
  const { cluster, feed } = view;
  const { name, identity } = cluster;
  if (!identity)
    return missing(`cluster ${name} has not sent a complete list yet, so it is bound to no identity`);
  const contradiction = mixedUp(world, view);
  if (contradiction !== undefined) return missing(contradiction);
  if (!isCorroborated(world, view))
    return missing(
      `no frontend of cluster ${name} was ever named for a Service in its lists, so whose lists they are is not proved; \`mooring clusters rebind ${name}\` confirms it`,
    );
  if (!feed?.confirmed || !feed.list) return missing(`cluster ${name} has not confirmed its Services`);
  const { confirmed, refused } = feed;
  if (refused && refused.atUtc >= world.freshSinceUtc)
    return missing(
      `a list of another cluster (${refused.identity}) came with the token of ${name} at ${refused.atUtc}`,
    );
  if (confirmed.atUtc < world.freshSinceUtc)
    return missing(`cluster ${name} confirmed its Services last at ${confirmed.atUtc}`);
  const says = `no Service of cluster ${name} owns or shares it`;
  const { atUtc, resourceVersion: version } = confirmed;
  return [{ says, source: "Kubernetes", atUtc, version }];
}

function missing(what: string): Proof {
  return { missing: what };
}
