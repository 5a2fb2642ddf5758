/**
 * Who has a place that a Service requests, and whether that Service hands it over. Only the path of a Service that would be refused pays for
 * these reads. A Service of the same cluster may follow one that is being deleted, as the controller retries until the old frontend is
 * deleted; one of another cluster only after the deletion is confirmed; `mooring.dev/replaces` announces a move while both live.
 */
import type { Cluster } from "../declarations/clusterModel.ts";
import { declarationKey, findConfirmed } from "../declarations/confirmed.ts";
import { listDeclared } from "../declarations/declared.ts";
import { proposalsOf } from "../declarations/proposals.ts";
import { isNamedFor, nameBase } from "../kubernetes/frontendName.ts";
import type { Declared, ServiceKey } from "../kubernetes/intent.ts";
import {
  readClaimantCluster,
  silentSinceOf,
  statusOf,
  statusOfDeclared,
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
  /** Absent: no Service of a registered cluster. Of several the first that keeps the place. */
  readonly holder?: Holder;
  /** All of them. */
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
  const { policy } = await knownPolicy(run);
  return waitForAll(
    taken.map(async (one): Promise<Answered> => {
      const finding = { taken: one, staleMinutes: policy.staleMinutes };
      const judged = (await findHolders(run, asking, finding)).map((holder) => {
        const isPlanned = holder !== undefined && isReplaced(asking, holder.owner);
        const isYielding = holder !== undefined && handsOver(asking, { holder, isPlanned }, policy.claims);
        return { holder, isPlanned, isYielding };
      });
      const [first = { holder: undefined, isPlanned: false, isYielding: false }] = judged;
      const { holder, isPlanned, isYielding } = judged.find((each) => !each.isYielding) ?? first;
      const holders = judged.flatMap((each) => each.holder?.owner ?? []);
      return { ...one, ...(holder && { holder }), holders, isPlanned, handsOver: isYielding };
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

/** All Services that have the place; `undefined` for what no Service of a registered cluster explains. At least one entry. */
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
  const cluster = clusterOfFrontend(obstacle.holderId, await knownClusters(run));
  if (!cluster) return [undefined];
  const names = new Set(
    [resourceName(obstacle.holderId), ...(row.assignment?.uses ?? []).map(({ rule }) => rule)].map(nameBase),
  );
  if (names.size > MOST_NAMES) return [undefined];
  return waitForAll([...names].map((one) => holderNamed(run, cluster, { name: one, finding })));
}

/** A frontend that more Services share keeps its address. */
const MOST_NAMES = 64;
interface Named {
  /** Of a frontend or rule: it has the uid only. */
  readonly name: string;
  readonly finding: Finding;
}

/** A Service whose deletion is confirmed is in the claims only; one without a claim in the declarations only. */
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

/** A Private Link Service names its Service by the controller's tag. */
async function holderOfPls(run: Run, plsId: string, finding: Finding): Promise<Holder | undefined> {
  const { subscription = "" } = parseResourceId(plsId) ?? {};
  const pls = (await run.ports.tables.privateLinkServices.get(subscription.toLowerCase(), plsKey(plsId)))
    ?.value;
  const cluster = clusterOfFrontend(pls?.frontendIds[0] ?? "", await knownClusters(run));
  const claim = finding.taken.row.claims?.find(
    ({ owner: { cluster: where, namespace, name }, ports }) =>
      ports === undefined && where === cluster?.name && pls?.owner === `${namespace}/${name}`,
  );
  return claim && holderOfClaim(run, claim, finding);
}

async function holderOfClaim(run: Run, claim: Claim, { taken, staleMinutes }: Finding): Promise<Holder> {
  const claimant = await readClaimantCluster(run, claim.owner.cluster);
  const status = await statusOf(run, claim, { place: taken.want, claimant });
  const silentSince = silentSinceOf(run, claimant, staleMinutes);
  return { owner: claim.owner, status, claim, ...(silentSince !== undefined && { silentSince }) };
}

/** Of a Service that has the address without declaring it. */
async function statusWithoutClaim(run: Run, { cluster, uid, ...service }: Declared): Promise<ClaimStatus> {
  const [confirmed, proposals] = await waitForAll([
    findConfirmed(run, cluster, declarationKey(service)),
    proposalsOf(run, { cluster, uid, ...service }),
  ]);
  const isRequestedAway = proposals.some((one) => one.uid === uid && one.deletedAtUtc !== undefined);
  if (confirmed?.uid === uid) return statusOfDeclared(confirmed, isRequestedAway);
  return isRequestedAway ? "leaving" : "living";
}
