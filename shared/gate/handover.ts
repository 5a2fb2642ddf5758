/**
 * Who has a place that a Service requests, and whether that Service hands it over. Only the path of a Service that would be refused pays for
 * these reads. A Service of the same cluster may follow one that is being deleted, as the controller retries until the old frontend is
 * gone; one of another cluster only after the deletion is confirmed; `mooring.dev/replaces` announces a move while both live.
 */
import type { Cluster } from "../clusters/model.ts";
import { declarationKey, findConfirmed } from "../declarations/confirmed.ts";
import { listDeclared } from "../declarations/declared.ts";
import { proposalsOf } from "../declarations/proposals.ts";
import { isNamedFor } from "../intents/frontendName.ts";
import type { Declared, ServiceKey } from "../intents/model.ts";
import { readClaimantCluster, statusOf, type ClaimStatus } from "../inventory/claimStatus.ts";
import type { Claim } from "../inventory/model.ts";
import { serviceName } from "../inventory/owner.ts";
import { clusterOfFrontend } from "../links/owner.ts";
import { parseResourceId } from "../network/resourceId.ts";
import type { Policy } from "../policy.ts";
import type { Run } from "../ports.ts";
import { waitForAll } from "../waitForAll.ts";
import type { Asking } from "./claims.ts";
import { knownClusters, knownPolicy } from "./known.ts";
import type { TakenHere } from "./refusals.ts";

/** A Service that has the place. */
export interface Holder {
  readonly owner: ServiceKey;
  readonly status: ClaimStatus;
  /** Absent: it has the address by Azure alone, without declaring it. */
  readonly claim?: Claim;
  /** Since when its cluster is silent, or `never`; absent: it reports. */
  readonly silentSince?: string;
}

export interface Answered extends TakenHere {
  /** Absent: no Service of a registered cluster. */
  readonly holder?: Holder;
  readonly handsOver: boolean;
  /** The request names the holder in `mooring.dev/replaces`. */
  readonly isPlanned?: boolean;
}

export async function askHolders(
  run: Run,
  asking: Asking,
  taken: readonly TakenHere[],
): Promise<readonly Answered[]> {
  const { policy } = await knownPolicy(run);
  return waitForAll(
    taken.map(async (one): Promise<Answered> => {
      const holder = await findHolder(run, asking, { taken: one, staleMinutes: policy.staleMinutes });
      if (!holder) return { ...one, handsOver: false };
      const isPlanned = isReplaced(asking, holder.owner);
      return {
        ...one,
        holder,
        isPlanned,
        handsOver: handsOver(asking, { holder, isPlanned }, policy.claims),
      };
    }),
  );
}

/** Pure. */
function handsOver(
  { owner }: Asking,
  { holder, isPlanned }: { readonly holder: Holder; readonly isPlanned: boolean },
  { plannedMoves }: Policy["claims"],
): boolean {
  if (holder.status === "ended" || holder.status === "terminating") return true;
  if (holder.status === "leaving" && holder.owner.cluster === owner.cluster) return true;
  if (!isPlanned || plannedMoves === "never") return false;
  return plannedMoves === "always" || holder.owner.namespace === owner.namespace;
}

/** `[cluster/]namespace/name`; without a cluster it is one of the same cluster. */
function isReplaced({ cluster, input: { intent } }: Asking, holder: ServiceKey): boolean {
  const { replaces } = intent;
  if (replaces === undefined) return false;
  const isShort = replaces.split("/").length === 2;
  return serviceName(holder) === (isShort ? `${cluster.name}/${replaces}` : replaces);
}

interface Finding {
  readonly taken: TakenHere;
  readonly staleMinutes: number;
}

async function findHolder(run: Run, asking: Asking, finding: Finding): Promise<Holder | undefined> {
  const { obstacle, row } = finding.taken;
  if (obstacle.by === "claim" || obstacle.by === "port") return holderOfClaim(run, obstacle.claim, finding);
  if (obstacle.by === "rule") return holderOfRule(run, asking, finding);
  const claim = claimOfHolder(obstacle.holderId, row.claims ?? []);
  if (claim) return holderOfClaim(run, claim, finding);
  const cluster = clusterOfFrontend(obstacle.holderId, await knownClusters(run));
  const rules = (row.assignment?.uses ?? []).map(({ rule }) => rule);
  return cluster && holderByName(run, cluster, [parseResourceId(obstacle.holderId)?.name ?? "", ...rules]);
}

/** A Service whose deletion is confirmed is in the claims only. */
function holderOfRule(run: Run, { cluster }: Asking, finding: Finding): Promise<Holder | undefined> {
  const { obstacle, row } = finding.taken;
  const rule = obstacle.by === "rule" ? obstacle.use.rule : "";
  const claim = row.claims?.find(({ owner }) => isNamedFor(rule, owner.uid));
  return claim ? holderOfClaim(run, claim, finding) : holderByName(run, cluster, [rule]);
}

const LINK_TYPE = "microsoft.network/privatelinkservices";

/** The claim of the Service for which Azure made the holder. */
function claimOfHolder(holderId: string, claims: readonly Claim[]): Claim | undefined {
  const { name = "", type = "" } = parseResourceId(holderId) ?? {};
  if (type.toLowerCase() === LINK_TYPE) return claims.find(({ ports }) => ports === undefined);
  return claims.find(({ owner }) => isNamedFor(name, owner.uid));
}

async function holderOfClaim(run: Run, claim: Claim, { taken, staleMinutes }: Finding): Promise<Holder> {
  const claimant = await readClaimantCluster(run, claim.owner.cluster);
  const status = await statusOf(run, claim, { place: taken.want, claimant });
  const heardAtUtc = claimant?.feed?.heardAtUtc;
  const isSilent =
    heardAtUtc === undefined || run.now().getTime() - Date.parse(heardAtUtc) > staleMinutes * 60_000;
  return { owner: claim.owner, status, claim, ...(isSilent && { silentSince: heardAtUtc ?? "never" }) };
}

/** Names of frontends and rules have the uid only; the cluster's declarations have the Service. */
async function holderByName(
  run: Run,
  cluster: Cluster,
  names: readonly string[],
): Promise<Holder | undefined> {
  const declared = await listDeclared(run, cluster.name);
  for (const name of names) {
    const found = declared.find(({ uid }) => isNamedFor(name, uid));
    if (found) return { owner: found, status: await statusOfDeclared(run, found) };
  }
  return undefined;
}

/** Of a Service that has the address without declaring it. */
async function statusOfDeclared(run: Run, { cluster, uid, ...service }: Declared): Promise<ClaimStatus> {
  const [confirmed, proposals] = await waitForAll([
    findConfirmed(run, cluster, declarationKey(service)),
    proposalsOf(run, { cluster, uid, ...service }),
  ]);
  const isMissing = confirmed?.missingSince !== undefined;
  if (confirmed?.uid === uid && confirmed.deletedAtUtc !== undefined && !isMissing) return "terminating";
  const isLeaving = proposals.some((one) => one.uid === uid && one.deletedAtUtc !== undefined);
  return isLeaving || isMissing ? "leaving" : "living";
}
