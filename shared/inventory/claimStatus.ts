/**
 * Whether the Service of a claim still declares its address or name. Only a later complete list of the bound
 * cluster, or the proof that the cluster was deleted, ends a confirmed claim. A proposal of admission is a
 * hint, which allows the next Service of the same cluster.
 */
import { canonicalAddress } from "../azure/prefix.ts";
import type { Cluster, Deletion } from "../declarations/clusterModel.ts";
import { findCluster } from "../declarations/registry.ts";
import { declarationKey, findConfirmed } from "../declarations/confirmed.ts";
import { readFeed } from "../declarations/feed.ts";
import type { Feed } from "../declarations/model.ts";
import { listProposals, proposalsOf } from "../declarations/proposals.ts";
import { isOlder } from "../declarations/service.ts";
import type { Declared } from "../kubernetes/intent.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import type { Claim } from "./model.ts";
import { plsNameOf, type Place } from "./places.ts";

/**
 * `living`: no evidence against it. `leaving`: a deletion was requested, or the Service is missing, and its
 * cluster has not confirmed that. `terminating`: the cluster confirmed that the Service is being deleted.
 * `ended`: the cluster confirmed that the Service no longer declares the address or name, the cluster was
 * proved deleted, or its registration was removed.
 */
export type ClaimStatus = "living" | "leaving" | "terminating" | "ended";

/** Shared data for several claims of a cluster, read once. */
export interface ClaimantCluster {
  readonly cluster: Cluster;
  readonly feed: Feed | undefined;
  /**
   * True if the managed cluster does not exist in Azure, and Mooring received nothing from it since this was
   * found.
   */
  readonly deletion?: Deletion | undefined;
}

/**
 * `undefined` if the cluster is not registered.
 * @param deleted clusters that were just found to be deleted; absent: what the last scan recorded
 */
export async function readClaimantCluster(
  run: Run,
  name: string,
  deleted?: ReadonlyMap<string, Cluster>,
): Promise<ClaimantCluster | undefined> {
  const [cluster, feed] = await waitForAll([findCluster(run, name), readFeed(run, name)]);
  if (!cluster) return undefined;
  const found = deleted ? deleted.get(name) : cluster;
  // A name that was registered again may be another cluster.
  const deletion = found?.registeredAtUtc === cluster.registeredAtUtc ? found.deletion : undefined;
  const isLasting = deletion && !(await isHeardSince(run, { cluster, feed }, deletion.heardAtUtc ?? ""));
  return { cluster, feed, ...(isLasting && { deletion }) };
}

async function isHeardSince(run: Run, { cluster, feed }: ClaimantCluster, lastUtc: string): Promise<boolean> {
  if ([feed?.heardAtUtc, feed?.admittedAtUtc].some((one = "") => one > lastUtc)) return true;
  const proposals = await listProposals(run, cluster.name);
  return proposals.some(({ value }) => value.declared.observedAtUtc > lastUtc);
}

/** Pure. */
export function isProvedDeleted({ deletion }: Pick<ClaimantCluster, "deletion">): boolean {
  return deletion?.provedAtUtc !== undefined;
}

/** @param judged with its cluster as it was read, or as it is being read at the same time */
export async function statusOf(
  run: Run,
  claim: Claim,
  judged: {
    readonly place: Place;
    readonly claimant: ClaimantCluster | undefined | Promise<ClaimantCluster | undefined>;
  },
): Promise<ClaimStatus> {
  const { owner } = claim;
  const { place } = judged;
  // It is of the resource in Azure, whatever became of the Service and its cluster.
  if (claim.state === "proposed" && claim.restores !== undefined) return "living";
  if (!judged.claimant) return "ended";
  const [claimant, confirmed, proposals] = await waitForAll([
    judged.claimant,
    findConfirmed(run, owner.cluster, declarationKey(owner)),
    proposalsOf(run, owner),
  ] as const);
  if (!claimant) return "ended";
  const own = proposals.filter(({ uid }) => uid === owner.uid);
  const status = judgeClaim(claim, { place, claimant, confirmed, proposals: own });
  if (status !== "ended" || isProvedDeleted(claimant)) return status;
  return (await isStillConfirmed(run, claimant)) ? "ended" : "leaving";
}

/**
 * False if the cluster was bound again, or confirmed something else, since it was read: the declarations that were read after it may be empty
 * because they were forgotten.
 */
async function isStillConfirmed(run: Run, { cluster, feed }: ClaimantCluster): Promise<boolean> {
  const now = await readClaimantCluster(run, cluster.name);
  return (
    now !== undefined &&
    now.cluster.identity?.boundAtUtc === cluster.identity?.boundAtUtc &&
    now.feed?.confirmed?.sequence === feed?.confirmed?.sequence
  );
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
  if (isProvedDeleted(evidence.claimant)) return "ended";
  const isRequestedAway = proposals.some((one) => isAway(one, evidence));
  if (confirmed?.uid === claim.owner.uid && declares(confirmed, evidence))
    return statusOfDeclared(confirmed, isRequestedAway);
  const isProposed = proposals.some((one) => one.deletedAtUtc === undefined && declares(one, evidence));
  if (claim.state === "proposed" || isProposed) return isRequestedAway ? "leaving" : "living";
  if (isEnded(claim.sequence, evidence.claimant)) return "ended";
  // Absence is not a hint before the first confirmation of a cluster, nor in lists that may be from another
  // cluster.
  return evidence.claimant.feed?.confirmed && isEvidence(evidence.claimant) ? "leaving" : "living";
}

/** Status of a confirmed Service that declares the address or name, or has it without declaring it. Pure. */
export function statusOfDeclared(
  { missingSince, deletedAtUtc }: Declared,
  isRequestedAway: boolean,
): ClaimStatus {
  if (deletedAtUtc !== undefined && missingSince === undefined) return "terminating";
  return missingSince !== undefined || isRequestedAway ? "leaving" : "living";
}

/**
 * True for a DELETE, or for an update to something else that the cluster may still accept: an update succeeds
 * only on its stated version, so one with an older version than the confirmed one has already been decided.
 */
function isAway(proposal: Declared, evidence: ClaimEvidence): boolean {
  if (proposal.deletedAtUtc !== undefined) return true;
  const [base, confirmed] = [proposal.resourceVersion, evidence.confirmed?.resourceVersion];
  const isDecided = base === undefined || (confirmed !== undefined && isOlder(base, confirmed));
  return !isDecided && !declares(proposal, evidence);
}

/**
 * Compares the text of the address: its subnet may not be recorded, and an address is unique in a virtual
 * network. Pure.
 */
function declares(declared: Pick<Declared, "intent">, { place, claimant }: ClaimEvidence): boolean {
  const { addresses, pls } = declared.intent;
  const texts = [addresses.ipv4, addresses.ipv6, ...(pls?.natIps ?? [])];
  if (texts.some((text) => text !== undefined && canonicalAddress(text) === canonicalAddress(place.text)))
    return true;
  const name = plsNameOf(declared.intent, claimant.cluster);
  return name?.partition === place.partition && name.key === place.key;
}

/**
 * True if shown by a complete list that was requested after the claim was confirmed, of a cluster with
 * corroborated identity.
 */
function isEnded(sequence: number, claimant: ClaimantCluster): boolean {
  return isEvidence(claimant) && (claimant.feed?.confirmed?.sequence ?? -1) > sequence;
}

/** True if absence from the cluster's lists counts. */
function isEvidence({ cluster: { unchecked, identity } }: ClaimantCluster): boolean {
  return unchecked === undefined && identity?.corroboration !== undefined && identity.mixUp === undefined;
}

/** Time of the last report, or `never`, if the cluster is silent; `undefined` otherwise. */
export function silentSinceOf(
  run: Pick<Run, "now">,
  claimant: ClaimantCluster | undefined,
  staleMinutes: number,
): string | undefined {
  const heardAtUtc = claimant?.feed?.heardAtUtc;
  if (heardAtUtc === undefined) return "never";
  return run.now().getTime() - Date.parse(heardAtUtc) > staleMinutes * 60_000 ? heardAtUtc : undefined;
}
