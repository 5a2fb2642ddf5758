/**
 * Finds the Service that has a requested place, and decides whether it hands the place over. Reads storage only for Services
 * that would otherwise be refused. A Service may take over from one of the same cluster that is being deleted, because the
 * controller retries until the old frontend is deleted; from one of another cluster only after the deletion is confirmed.
 * `mooring.dev/replaces` announces a move while both Services exist.
 */
import type { Cluster, Deletion } from "../declarations/clusterModel.ts";
import { declarationKey, findConfirmed } from "../declarations/confirmed.ts";
import { requestList } from "../declarations/feed.ts";
import { listDeclared } from "../declarations/declared.ts";
import { proposalsOf } from "../declarations/proposals.ts";
import { isNamedFor, nameBase } from "../kubernetes/frontendName.ts";
import type { Declared, ServiceKey } from "../kubernetes/intent.ts";
import {
  readClaimantCluster,
  silentSinceOf,
  statusOf,
  statusOfDeclared,
  type ClaimantCluster,
  type ClaimStatus,
} from "../inventory/claimStatus.ts";
import type { Claim } from "../inventory/model.ts";
import { plsKey } from "../inventory/scanPrivateLinkServices.ts";
import { serviceName } from "../inventory/owner.ts";
import { clusterOfFrontend } from "../declarations/plsOwner.ts";
import { PLS_TYPE, parseResourceId, resourceName, typeOf } from "../azure/resourceId.ts";
import type { Policy } from "../policy/policy.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import type { Asking } from "./claims.ts";
import { cachedClusters, cachedPolicy } from "./cached.ts";
import type { TakenHere } from "./refusals.ts";

/** A Service that has the place. */
export interface Holder {
  readonly owner: ServiceKey;
  readonly status: ClaimStatus;
  /** Absent: Azure assigns the address to it, but it does not declare it. */
  readonly claim?: Claim;
  /** When its cluster reported last, or `never`; absent: its reports are recent. */
  readonly silentSince?: string;
  /** Present if its cluster was deleted. */
  readonly deletion?: Deletion;
  /** The newest query that was issued to its cluster; absent: it has never reported. */
  readonly sequence?: number;
}

export interface Answered extends TakenHere {
  /** The first Service that keeps the place. Absent: no Service of a registered cluster has it. */
  readonly holder?: Holder;
  /** All Services that have the place. */
  readonly holders?: readonly ServiceKey[];
  readonly handsOver: boolean;
  /** The request names the holder in `mooring.dev/replaces`. */
  readonly isPlanned?: boolean;
}

export async function askHolders(
  run: Run,
  asking: Asking,
  taken: readonly TakenHere[],
): Promise<readonly Answered[]> {
  const { policy } = await cachedPolicy(run);
  const answers = await waitForAll(
    taken.map(async (one): Promise<Answered> => {
      const finding = { by: asking.cluster.name, taken: one, staleMinutes: policy.staleMinutes };
      const judged = (await findHolders(run, asking, finding)).map((holder) => {
        const isPlanned = holder !== undefined && isReplaced(asking, holder.owner);
        const isInAzure = one.obstacle.by === "holder" || one.obstacle.by === "rule";
        const yielding = holder && { holder, isPlanned, isInAzure };
        const isYielding = yielding !== undefined && handsOver(asking, yielding, policy.claims);
        return { holder, isPlanned, isYielding };
      });
      const [first = { holder: undefined, isPlanned: false, isYielding: false }] = judged;
      const { holder, isPlanned, isYielding } = judged.find((each) => !each.isYielding) ?? first;
      const holders = judged.flatMap((each) => each.holder?.owner ?? []);
      return { ...one, ...(holder && { holder }), holders, isPlanned, handsOver: isYielding };
    }),
  );
  if (!asking.readOnly) await requestConfirmations(run, answers);
  return answers;
}

/** A refused Service can retry when the holder's cluster has confirmed the deletion; only a list of that cluster confirms it. */
async function requestConfirmations(run: Run, answers: readonly Answered[]): Promise<void> {
  const awaited = answers.flatMap(({ handsOver: isYielding, holder }) =>
    !isYielding && holder?.status === "leaving" && holder.sequence !== undefined
      ? [[holder.owner.cluster, holder.sequence] as const]
      : [],
  );
  await waitForAll([...new Map(awaited)].map(([cluster, sequence]) => requestList(run, cluster, sequence)));
}

interface Yielding {
  readonly holder: Holder;
  readonly isPlanned: boolean;
  readonly isInAzure: boolean;
}

/** What a deleted cluster left in Azure stays until a sweep deletes it: no controller removes it. Pure. */
export function handsOver(
  { owner }: Pick<Asking, "owner">,
  { holder, isPlanned, isInAzure }: Yielding,
  { plannedMoves }: Policy["claims"],
): boolean {
  const isLeft = holder.deletion !== undefined && isInAzure;
  if (!isLeft && (holder.status === "ended" || holder.status === "terminating")) return true;
  if (holder.status === "leaving" && holder.owner.cluster === owner.cluster) return true;
  if (!isPlanned || plannedMoves === "never") return false;
  return plannedMoves === "always" || holder.owner.namespace === owner.namespace;
}

export type Replacing = Pick<Asking, "cluster" | "input" | "owner">;

/** `[cluster/]namespace/name`; without a cluster it is one of the same cluster. */
export function isReplaced({ cluster, input: { intent } }: Replacing, holder: ServiceKey): boolean {
  const { replaces } = intent;
  if (replaces === undefined) return false;
  const isShort = replaces.split("/").length === 2;
  return serviceName(holder) === (isShort ? `${cluster.name}/${replaces}` : replaces);
}

interface Finding {
  /** Name of the cluster that requests the place. */
  readonly by: string;
  readonly taken: TakenHere;
  readonly staleMinutes: number;
}

/** All Services that have the place; `undefined` for a holder that is no Service of a registered cluster. At least one entry. */
async function findHolders(
  run: Run,
  asking: Asking,
  finding: Finding,
): Promise<readonly (Holder | undefined)[]> {
  const { obstacle, row } = finding.taken;
  if (obstacle.by === "claim" || obstacle.by === "port")
    return [await holderOfClaim(run, obstacle.claim, finding)];
  if (obstacle.by === "rule")
    return [await holderNamed(run, asking.cluster, { name: obstacle.use.rule, finding })];
  if (typeOf(obstacle.holderId) === PLS_TYPE) return [await holderOfPls(run, obstacle.holderId, finding)];
  const cluster = clusterOfFrontend(obstacle.holderId, await cachedClusters(run));
  if (!cluster) return [undefined];
  const names = new Set(
    [resourceName(obstacle.holderId), ...(row.assignment?.uses ?? []).map(({ rule }) => rule)].map(nameBase),
  );
  if (names.size > MOST_NAMES) return [undefined];
  return waitForAll([...names].map((one) => holderNamed(run, cluster, { name: one, finding })));
}

/** A shared frontend keeps its address until its last Service is deleted. */
const MOST_NAMES = 64;
interface Named {
  /** The Services of a frontend or rule: its name contains only the uid. */
  readonly name: string;
  readonly finding: Finding;
}

/** A Service whose deletion is confirmed is only in the claims; one without a claim is only in the declarations. */
async function holderNamed(
  run: Run,
  cluster: Cluster,
  { name, finding }: Named,
): Promise<Holder | undefined> {
  const claim = finding.taken.row.claims?.find(
    ({ owner }) => owner.cluster === cluster.name && isNamedFor(name, owner.uid),
  );
  if (claim) return holderOfClaim(run, claim, finding);
  const found = (await listDeclared(run, cluster.name)).find(({ uid }) => isNamedFor(name, uid));
  return found && { owner: found, status: await statusWithoutClaim(run, found) };
}

/** The controller's tag on a Private Link Service names its Service. */
async function holderOfPls(run: Run, plsId: string, finding: Finding): Promise<Holder | undefined> {
  const { subscription = "" } = parseResourceId(plsId) ?? {};
  const pls = (await run.ports.tables.privateLinkServices.get(subscription.toLowerCase(), plsKey(plsId)))
    ?.value;
  const cluster = clusterOfFrontend(pls?.frontendIds[0] ?? "", await cachedClusters(run));
  const claim = finding.taken.row.claims?.find(
    ({ owner: { cluster: where, namespace, name }, ports }) =>
      ports === undefined && where === cluster?.name && pls?.owner === `${namespace}/${name}`,
  );
  return claim && holderOfClaim(run, claim, finding);
}

/** A cluster that requests something exists, whatever a scan found. */
async function readClaimant(run: Run, name: string, by: string): Promise<ClaimantCluster | undefined> {
  const found = await readClaimantCluster(run, name);
  return found && by === name ? { ...found, deletion: undefined } : found;
}

async function holderOfClaim(run: Run, claim: Claim, finding: Finding): Promise<Holder> {
  const { taken, staleMinutes, by } = finding;
  const reading = readClaimant(run, claim.owner.cluster, by);
  const [claimant, status] = await waitForAll([
    reading,
    statusOf(run, claim, { place: taken.want, claimant: reading }),
  ] as const);
  const silentSince = silentSinceOf(run, claimant, staleMinutes);
  return {
    owner: claim.owner,
    status,
    claim,
    ...(silentSince !== undefined && { silentSince }),
    ...(claimant?.deletion && { deletion: claimant.deletion }),
    ...(claimant?.feed && { sequence: claimant.feed.sequence }),
  };
}

/** The status of a Service that has the address without declaring it. */
async function statusWithoutClaim(run: Run, { cluster, uid, ...service }: Declared): Promise<ClaimStatus> {
  const [confirmed, proposals] = await waitForAll([
    findConfirmed(run, cluster, declarationKey(service)),
    proposalsOf(run, { cluster, uid, ...service }),
  ]);
  const isRequestedAway = proposals.some((one) => one.uid === uid && one.deletedAtUtc !== undefined);
  if (confirmed?.uid === uid) return statusOfDeclared(confirmed, isRequestedAway);
  return isRequestedAway ? "leaving" : "living";
}
