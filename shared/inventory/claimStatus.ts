/**
 * Whether the Service of a claim still declares the place. Only a later complete list of its bound cluster ends a confirmed claim; what
 * admission saw is a hint, which lets the next Service of the same cluster follow.
 */
import { formatAddress, parseAddress } from "../azure/prefix.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import { findCluster } from "../declarations/registry.ts";
import { declarationKey, findConfirmed } from "../declarations/confirmed.ts";
import { readFeed } from "../declarations/feed.ts";
import type { Feed } from "../declarations/model.ts";
import { proposalsOf } from "../declarations/proposals.ts";
import { isOlder } from "../declarations/service.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import type { Claim } from "./model.ts";
import { plsNameOf, type Place } from "./places.ts";

/**
 * `living`: nothing speaks against it. `leaving`: a deletion was requested, or the Service is missing, and its cluster has not confirmed
 * that. `terminating`: the cluster confirmed that the Service is being deleted. `ended`: the cluster confirmed that it does not declare the
 * place any more, or its registration was removed.
 */
export type ClaimStatus = "living" | "leaving" | "terminating" | "ended";

/** What several claims of a cluster are judged by, read once. */
export interface ClaimantCluster {
  readonly cluster: Cluster;
  readonly feed: Feed | undefined;
}

/** `undefined` if the cluster is not registered. */
export async function readClaimantCluster(run: Run, name: string): Promise<ClaimantCluster | undefined> {
  const [cluster, feed] = await waitForAll([findCluster(run, name), readFeed(run, name)]);
  if (!cluster) return undefined;
  return { cluster, feed };
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
  if (confirmed?.uid === claim.owner.uid && declares(confirmed, evidence))
    return statusOfDeclared(confirmed, isRequestedAway);
  const isProposed = proposals.some((one) => one.deletedAtUtc === undefined && declares(one, evidence));
  if (claim.state === "proposed" || isProposed) return isRequestedAway ? "leaving" : "living";
  if (isEnded(claim.sequence, evidence.claimant)) return "ended";
  // Absence is no hint before the cluster has confirmed anything, as after a registration, nor in lists that may be another cluster's.
  return evidence.claimant.feed?.confirmed && isEvidence(evidence.claimant) ? "leaving" : "living";
}

/** Of a confirmed Service that declares the place, or has it without declaring it. Pure. */
export function statusOfDeclared(
  { missingSince, deletedAtUtc }: Declared,
  isRequestedAway: boolean,
): ClaimStatus {
  if (deletedAtUtc !== undefined && missingSince === undefined) return "terminating";
  return missingSince !== undefined || isRequestedAway ? "leaving" : "living";
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

/** By the text of the address: which subnet it is in may not be recorded, and a virtual network has each address once. Pure. */
function declares(declared: Pick<Declared, "intent">, { place, claimant }: ClaimEvidence): boolean {
  const { addresses, pls } = declared.intent;
  const texts = [addresses.ipv4, addresses.ipv6, ...(pls?.natIps ?? [])];
  if (texts.some((text) => text !== undefined && normalized(text) === normalized(place.text))) return true;
  const name = plsNameOf(declared.intent, claimant.cluster);
  return name?.partition === place.partition && name.key === place.key;
}

function normalized(text: string): string {
  const address = parseAddress(text);
  return address ? formatAddress(address) : text;
}

/** By a complete list that was requested after the claim was confirmed, of the cluster that the registration is known to be. */
function isEnded(sequence: number, claimant: ClaimantCluster): boolean {
  return isEvidence(claimant) && (claimant.feed?.confirmed?.sequence ?? -1) > sequence;
}

/** True if what the cluster's lists lack counts. */
function isEvidence({ cluster: { unchecked, identity } }: ClaimantCluster): boolean {
  return unchecked === undefined && identity?.corroboration !== undefined;
}

/** When the cluster reported last, or `never`, if it is silent; `undefined` if it reports. */
export function silentSinceOf(
  run: Pick<Run, "now">,
  claimant: ClaimantCluster | undefined,
  staleMinutes: number,
): string | undefined {
  const heardAtUtc = claimant?.feed?.heardAtUtc;
  if (heardAtUtc === undefined) return "never";
  return run.now().getTime() - Date.parse(heardAtUtc) > staleMinutes * 60_000 ? heardAtUtc : undefined;
}
