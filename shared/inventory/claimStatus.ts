/**
 * Whether the Service of a claim still declares the place. Only a later complete list of its bound cluster ends a confirmed claim; what
 * admission saw is a hint, which lets the next Service of the same cluster follow.
 */
import type { Cluster } from "../clusters/model.ts";
import { findCluster } from "../clusters/registry.ts";
import { declarationKey, findConfirmed } from "../declarations/confirmed.ts";
import { readFeed } from "../declarations/feed.ts";
import type { Feed } from "../declarations/model.ts";
import { proposalsOf } from "../declarations/proposals.ts";
import { isOlder } from "../declarations/service.ts";
import type { Declared } from "../intents/model.ts";
import type { Run } from "../ports.ts";
import { waitForAll } from "../waitForAll.ts";
import type { Claim, SubnetRow } from "./model.ts";
import { wantedPlaces, type Place } from "./places.ts";
import { listSubnetsOf } from "./subnets.ts";

/**
 * `living`: nothing speaks against it. `leaving`: a deletion was requested, or the Service is missing, and its cluster has not confirmed
 * that. `terminating`: the cluster confirmed that the Service is being deleted. `ended`: the cluster confirmed that it declares the place
 * no more, or the cluster was removed.
 */
export type ClaimStatus = "living" | "leaving" | "terminating" | "ended";

/** What several claims of a cluster are judged by, read once. */
export interface ClaimantCluster {
  readonly cluster: Cluster;
  readonly feed: Feed | undefined;
  readonly subnets: readonly SubnetRow[];
}

/** `undefined` if the cluster is not registered. */
export async function readClaimantCluster(run: Run, name: string): Promise<ClaimantCluster | undefined> {
  const [cluster, feed] = await waitForAll([findCluster(run, name), readFeed(run, name)]);
  if (!cluster) return undefined;
  return { cluster, feed, subnets: await listSubnetsOf(run, cluster) };
}

export async function statusOf(
  run: Run,
  claim: Claim,
  { place, claimant }: { readonly place: Place; readonly claimant: ClaimantCluster | undefined },
): Promise<ClaimStatus> {
  if (!claimant) return "ended";
  const { owner } = claim;
  const [confirmed, proposals] = await waitForAll([
    findConfirmed(run, owner.cluster, declarationKey(owner)),
    proposalsOf(run, owner),
  ]);
  const own = proposals.filter(({ uid }) => uid === owner.uid);
  return judgeClaim(claim, { place, claimant, confirmed, proposals: own });
}

export interface ClaimEvidence {
  readonly place: Place;
  readonly claimant: ClaimantCluster;
  readonly confirmed: Declared | undefined;
  /** Of the claim's uid. */
  readonly proposals: readonly Declared[];
}

/** Pure. */
export function judgeClaim(claim: Claim, evidence: ClaimEvidence): ClaimStatus {
  const { confirmed, proposals } = evidence;
  const isRequestedAway = proposals.some((one) => isAway(one, evidence));
  if (confirmed?.uid === claim.owner.uid && declares(confirmed, evidence)) {
    const isMissing = confirmed.missingSince !== undefined;
    if (confirmed.deletedAtUtc !== undefined && !isMissing) return "terminating";
    return isMissing || isRequestedAway ? "leaving" : "living";
  }
  const isProposed = proposals.some((one) => one.deletedAtUtc === undefined && declares(one, evidence));
  if (claim.state === "proposed" || isProposed) return isRequestedAway ? "leaving" : "living";
  return isEnded(claim.sequence, evidence.claimant) ? "ended" : "leaving";
}

/**
 * A DELETE, or an update to something else that the cluster may still accept: an update succeeds only on the version that it names, so one
 * that names an older version than the confirmed one was decided before it.
 */
function isAway(proposal: Declared, evidence: ClaimEvidence): boolean {
  if (proposal.deletedAtUtc !== undefined) return true;
  const [base, confirmed] = [proposal.resourceVersion, evidence.confirmed?.resourceVersion];
  const isDecided = base === undefined || (confirmed !== undefined && isOlder(base, confirmed));
  return !isDecided && !declares(proposal, evidence);
}

function declares(declared: Declared, { place, claimant }: ClaimEvidence): boolean {
  const { cluster, subnets } = claimant;
  const places = wantedPlaces(declared, cluster, subnets);
  return places.some(({ partition, key }) => partition === place.partition && key === place.key);
}

/** By a complete list that was requested after the claim was confirmed, of the cluster that the registration is known to be. */
function isEnded(sequence: number, { cluster, feed }: ClaimantCluster): boolean {
  const isEvidence = cluster.unchecked === undefined && cluster.identity?.corroboration !== undefined;
  return isEvidence && (feed?.confirmed?.sequence ?? -1) > sequence;
}
