/**
 * Determines which claims of a partition end: Azure no longer assigns the address or name to the Service, and
 * its cluster confirmed that the Service does not declare it, or was proved deleted. Called by the scan with
 * the state of Azure.
 */
import type { Cluster } from "../declarations/clusterModel.ts";
import { listFeeds, requestList } from "../declarations/feed.ts";
import { isNamedFor } from "../kubernetes/frontendName.ts";
import { messageOf } from "../core/messageOf.ts";
import { clusterOfFrontend } from "../declarations/plsOwner.ts";
import { canonicalId, FRONTEND_TYPE, resourceName, typeOf } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Lease } from "../storage/lease.ts";
import type { Row } from "../ports/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import { mapAtMost } from "../core/waitForAll.ts";
import { isProvedDeleted, readClaimantCluster, statusOf, type ClaimantCluster } from "./claimStatus.ts";
import type { Evidence } from "./evidence.ts";
import { endedKey, type ConfirmedClaim } from "./mergeClaims.ts";
import type { AddressRow, Assignment, Claim, PlsRow } from "./model.ts";
import { sameOwner, sameService } from "./owner.ts";
import { plsIdOf, plsNamePartition } from "./places.ts";
import { planRows, type ClaimsNow } from "./planRows.ts";
import { keepNoted, listNameSubscriptions } from "./unwatched.ts";

const AT_ONCE = 8;

/** Input for the decisions on claims. */
export interface ScannedClaims {
  readonly sequenceOf: ClaimsNow["sequenceOf"];
  readonly claimants: Claimants;
  /** All registered clusters. */
  readonly clusters: readonly Cluster[];
  /** The ones that the scan read, by canonical id. */
  readonly privateLinkServices: ReadonlyMap<string, Built>;
}

/** The parts of a Private Link Service that show for which Service it was created. */
export type Built = Pick<PlsRow, "owner" | "frontendIds">;

/** Clusters of a scan, each read once. */
export type Claimants = (cluster: string) => Promise<ClaimantCluster | undefined>;

/**
 * @param deleted clusters that were proved deleted before Azure was read; default: those that the last scan
 * recorded
 */
export function claimantsOf(run: Run, deleted?: ReadonlyMap<string, Cluster>): Claimants {
  const known = new Map<string, Promise<ClaimantCluster | undefined>>();
  return (name) => {
    const reading = known.get(name) ?? readClaimantCluster(run, name, deleted);
    known.set(name, reading);
    return reading;
  };
}

/** Number of the newest query that was issued to each cluster that reported. */
export async function newestSequences(run: Run): Promise<(cluster: string) => number> {
  const feeds = await listFeeds(run);
  const byName = new Map(feeds.map(({ cluster, sequence }) => [cluster, sequence]));
  return (cluster) => byName.get(cluster) ?? 0;
}

/** The row after the scan, with the state of Azure that the scan read. */
export interface Unassigned {
  readonly row: Row<AddressRow>;
  /** Assignment of the row, after the evidence of the scan. */
  readonly assignment: Assignment | undefined;
}

export async function endedAddresses(
  run: Run,
  claims: ScannedClaims,
  { rows, evidence }: { readonly rows: readonly Unassigned[]; readonly evidence: Evidence },
): Promise<ReadonlySet<string>> {
  // A failed list may be the one that contains the address.
  if (!evidence.unexplained || evidence.incomplete.size > 0) return new Set();
  const unexplained = [...evidence.unexplained.keys()];
  const suspects: Suspect[] = [];
  for (const { row, assignment } of rows)
    for (const claim of claimsOf(row))
      if (!(await mayHold(claims, assignment, claim))) suspects.push({ row, claim });
  return findEnded(run, claims, { suspects, unexplained });
}

function claimsOf({ value: { claims = [] } }: Row<AddressRow>): readonly ConfirmedClaim[] {
  return claims.filter((claim) => claim.state === "confirmed");
}

interface Suspect {
  readonly row: Row<AddressRow>;
  readonly claim: Claim;
}

interface Suspected {
  readonly suspects: readonly Suspect[];
  /** Canonical ids of resources that the subnet counts and no list contains. */
  readonly unexplained: readonly string[];
}

/**
 * `endedKey` of the claims that end. A claim that needs another list of its cluster is kept, and the list is
 * requested.
 */
async function findEnded(
  run: Run,
  { claimants, sequenceOf }: ScannedClaims,
  { suspects, unexplained }: Suspected,
): Promise<ReadonlySet<string>> {
  const ended = new Set<string>();
  await mapAtMost(AT_ONCE, suspects, async ({ row, claim }) => {
    const { partition, key, value } = row;
    const { cluster } = claim.owner;
    const claimant = await claimants(cluster);
    if (unexplained.some((id) => mayBeOf(id, claim, claimant))) return;
    const place = { partition, key, text: value.address };
    const status = await statusOf(run, claim, { place, claimant });
    if (status === "ended" && isOlderThanAzure(claimant, sequenceOf(cluster)))
      ended.add(endedKey(key, claim));
    else if (status === "leaving" && claimant?.feed) await requestList(run, cluster, claimant.feed.sequence);
  });
  return ended;
}

/**
 * True if Azure was read after the evidence that the Service was deleted: a list, or the proof that its
 * cluster was deleted. Before that its controller may have created a frontend that this read of Azure does
 * not contain.
 */
function isOlderThanAzure(claimant: ClaimantCluster | undefined, sequence: number): boolean {
  if (!claimant || isProvedDeleted(claimant)) return true;
  return (claimant.feed?.confirmed?.sequence ?? -1) < sequence;
}

/** Every holder of the cluster, and every holder that is named for the Service, may have the address. */
function mayBeOf(id: string, { owner }: Claim, claimant: ClaimantCluster | undefined): boolean {
  const group = claimant?.cluster.nodeResourceGroup.toLowerCase();
  return (
    isNamedFor(resourceName(id), owner.uid) ||
    (group !== undefined && id.includes(`/resourcegroups/${group}/`))
  );
}

/**
 * False only if there is no holder, if the holder is a frontend that was created for other Services and has
 * no rule of this one, or if it is a Private Link Service of another Service.
 */
async function mayHold(
  claims: ScannedClaims,
  assignment: Assignment | undefined,
  claim: Claim,
): Promise<boolean> {
  if (!assignment) return false;
  const { holderId, uses } = assignment;
  const pls = claims.privateLinkServices.get(canonicalId(holderId));
  if (pls) return mayHave(pls, claim, await makersOf(claims, claim));
  if (typeOf(holderId) !== FRONTEND_TYPE) return true;
  return [resourceName(holderId), ...(uses ?? []).map(({ rule }) => rule)].some((text) =>
    isNamedFor(text, claim.owner.uid),
  );
}

/**
 * Ends claims of names that no Private Link Service of the Service has and that its cluster no longer
 * declares, and removes expired ones. Absence from a list is not a proof: the Private Link Service is read by
 * its id. In subscriptions that are not watched each name is read, once only Azure can still hold it.
 * @param subscriptions subscriptions whose Private Link Services were read completely
 */
export async function endPlsNames(
  run: Run,
  lease: Lease,
  { claims, subscriptions }: { readonly claims: ScannedClaims; readonly subscriptions: readonly string[] },
): Promise<void> {
  const { addresses, privateLinkServices } = run.ports.tables;
  for (const subscription of await listNameSubscriptions(run)) {
    const isListed = subscriptions.some((one) => one.toLowerCase() === subscription);
    // A failed list is repeated by the next scan.
    if (!isListed && run.ports.subscriptions.includes(subscription)) continue;
    const partition = plsNamePartition(subscription);
    const rows = await Array.fromAsync(addresses.list(partition));
    await keepNoted(run, subscription, rows.length > 0);
    if (rows.length === 0) continue;
    const recorded = isListed ? await Array.fromAsync(privateLinkServices.list(subscription)) : [];
    const built = new Map(recorded.map(({ key, value }) => [key, value]));
    const all = rows.flatMap((row) => claimsOf(row).map((claim) => ({ row, claim })));
    const suspects: Suspect[] = [];
    for (const { row, claim } of all)
      if (isFollowed(row, claim) || !mayHave(built.get(row.key), claim, await makersOf(claims, claim)))
        suspects.push({ row, claim });
    const asked = isListed ? rows : await endingRows(run, claims, { rows, suspects });
    const absent = await absentOnly(run, subscription, { rows: asked, built });
    const free = suspects.filter(({ row }) => built.has(row.key) || absent.has(row.key));
    const ended = await findEnded(run, claims, { suspects: free, unexplained: [] });
    const at = { nowUtc: run.now().toISOString(), ended, sequenceOf: claims.sequenceOf };
    const writes = planRows(rows, { uses: new Map(), incomplete: new Set() }, at);
    if (writes.length > 0) await lease.demand();
    await writeRows<AddressRow>(addresses, partition, writes);
  }
}

async function endingRows(
  run: Run,
  claims: ScannedClaims,
  { rows, suspects }: { readonly rows: readonly Row<AddressRow>[]; readonly suspects: readonly Suspect[] },
): Promise<Row<AddressRow>[]> {
  const ended = await findEnded(run, claims, { suspects, unexplained: [] });
  return rows.filter((row) => claimsOf(row).some((claim) => ended.has(endedKey(row.key, claim))));
}

interface Names {
  readonly rows: readonly Row<AddressRow>[];
  readonly built: ReadonlyMap<string, PlsRow>;
}

/** Keys of names for which ARM returns 404. Claims of unreadable names are kept. */
async function absentOnly(
  run: Run,
  subscription: string,
  { rows, built }: Names,
): Promise<ReadonlySet<string>> {
  const absent = new Set<string>();
  const unlisted = rows.filter((row) => !built.has(row.key) && claimsOf(row).length > 0);
  await mapAtMost(AT_ONCE, unlisted, async ({ key }) => {
    const id = plsIdOf(subscription, key);
    const found = await run.ports.network.pls(id).catch((error: unknown) => {
      run.log.warn("Private Link Service could not be read", { id, why: messageOf(error) });
      return "unknown" as const;
    });
    if (found === undefined) absent.add(key);
  });
  return absent;
}

/** Clusters whose controllers may have created a Private Link Service. */
interface Makers {
  readonly claimant: ClaimantCluster | undefined;
  readonly clusters: readonly Cluster[];
}

async function makersOf({ claimants, clusters }: ScannedClaims, { owner }: Claim): Promise<Makers> {
  return { claimant: await claimants(owner.cluster), clusters };
}

/**
 * True if a later Service of the same name has a confirmed claim too: the resource of the controller then
 * belongs to the later one. Pure.
 */
function isFollowed(row: Row<AddressRow>, { owner, sequence }: ConfirmedClaim): boolean {
  return claimsOf(row).some(
    (other) => sameService(other.owner, owner) && !sameOwner(other.owner, owner) && other.sequence > sequence,
  );
}

/**
 * False only if the Private Link Service does not exist, or was created for another Service or by another
 * cluster. Pure.
 */
function mayHave(
  pls: Built | undefined,
  { owner: { namespace, name } }: Claim,
  { claimant, clusters }: Makers,
): boolean {
  if (!pls) return false;
  if (pls.owner === undefined) return true;
  if (pls.owner !== `${namespace}/${name}`) return false;
  const isIn = (cluster: Cluster) =>
    pls.frontendIds.some((id) => clusterOfFrontend(id, [cluster]) !== undefined);
  return claimant ? isIn(claimant.cluster) : !clusters.some(isIn);
}
