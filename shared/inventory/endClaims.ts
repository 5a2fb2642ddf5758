/**
 * Which claims of a partition end: Azure does not assign the place to the Service any more, and its cluster confirmed that it does not
 * declare it. Called by the scan, with what Azure shows.
 */
import { listFeeds, requestList } from "../declarations/feed.ts";
import { isNamedFor } from "../kubernetes/frontendName.ts";
import { messageOf } from "../core/messageOf.ts";
import { clusterOfFrontend } from "../declarations/plsOwner.ts";
import { FRONTEND_TYPE, resourceName, typeOf } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { Lease } from "../storage/lease.ts";
import type { Row } from "../ports/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import { mapAtMost } from "../core/waitForAll.ts";
import { readClaimantCluster, statusOf, type ClaimantCluster } from "./claimStatus.ts";
import type { Evidence } from "./evidence.ts";
import { endedKey } from "./mergeClaims.ts";
import type { AddressRow, Assignment, Claim, PlsRow } from "./model.ts";
import { plsIdOf, plsNamePartition } from "./places.ts";
import { planRows, type ClaimsNow } from "./planRows.ts";

const AT_ONCE = 8;

/** What the claims of a scan are judged by. */
export interface ScannedClaims {
  readonly sequenceOf: ClaimsNow["sequenceOf"];
  readonly claimants: Claimants;
}

/** Clusters of a scan, each read once. */
export type Claimants = (cluster: string) => Promise<ClaimantCluster | undefined>;

export function claimantsOf(run: Run): Claimants {
  const known = new Map<string, Promise<ClaimantCluster | undefined>>();
  return (name) => {
    const reading = known.get(name) ?? readClaimantCluster(run, name);
    known.set(name, reading);
    return reading;
  };
}

/** Of every cluster that reported, the newest query that was issued to it. */
export async function newestSequences(run: Run): Promise<(cluster: string) => number> {
  const feeds = await listFeeds(run);
  const byName = new Map(feeds.map(({ cluster, sequence }) => [cluster, sequence]));
  return (cluster) => byName.get(cluster) ?? 0;
}

/** What is left of a row if Azure is as the scan saw it. */
export interface Unassigned {
  readonly row: Row<AddressRow>;
  /** Of the row, after the scan's evidence. */
  readonly assignment: Assignment | undefined;
}

export function endedAddresses(
  run: Run,
  claims: ScannedClaims,
  { rows, evidence }: { readonly rows: readonly Unassigned[]; readonly evidence: Evidence },
): Promise<ReadonlySet<string>> {
  // A list that failed may be the one that shows the address.
  if (!evidence.unexplained || evidence.incomplete.size > 0) return Promise.resolve(new Set());
  const unexplained = [...evidence.unexplained.keys()];
  const suspects = rows.flatMap(({ row, assignment }) =>
    claimsOf(row).flatMap((claim) => (mayHold(assignment, claim) ? [] : [{ row, claim }])),
  );
  return findEnded(run, claims, { suspects, unexplained });
}

function claimsOf({ value: { claims = [] } }: Row<AddressRow>): readonly Claim[] {
  return claims.filter(({ state }) => state === "confirmed");
}

interface Suspect {
  readonly row: Row<AddressRow>;
  readonly claim: Claim;
}

interface Suspected {
  readonly suspects: readonly Suspect[];
  /** Canonical ids of what the subnet counts and no list shows. */
  readonly unexplained: readonly string[];
}

/** `endedKey` of the claims that end. A claim for which its cluster must list again first stays; the list is requested. */
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
 * True if Azure was read after the list that shows the Service to be deleted. Until then its controller may have created a frontend that this
 * read of Azure does not show.
 */
function isOlderThanAzure(claimant: ClaimantCluster | undefined, sequence: number): boolean {
  return (claimant?.feed?.confirmed?.sequence ?? -1) < sequence || claimant === undefined;
}

/** Whatever the cluster has there, and whatever is named for the Service, may have the address. */
function mayBeOf(id: string, { owner }: Claim, claimant: ClaimantCluster | undefined): boolean {
  const group = claimant?.cluster.nodeResourceGroup.toLowerCase();
  return (
    isNamedFor(resourceName(id), owner.uid) ||
    (group !== undefined && id.includes(`/resourcegroups/${group}/`))
  );
}

/** False only if the holder is a frontend that was made for others and has no rule of the Service, or if there is no holder. Pure. */
function mayHold(assignment: Assignment | undefined, { owner: { uid } }: Claim): boolean {
  if (!assignment) return false;
  const { holderId, uses } = assignment;
  if (typeOf(holderId) !== FRONTEND_TYPE) return true;
  return [resourceName(holderId), ...(uses ?? []).map(({ rule }) => rule)].some((text) =>
    isNamedFor(text, uid),
  );
}

/**
 * Ends claims of names that no Private Link Service of the Service has and that its cluster does not declare any more, and drops those that
 * expired. That a list lacks a Private Link Service is no proof: it is read by its id.
 * @param subscriptions those whose Private Link Services were read completely
 */
export async function endPlsNames(
  run: Run,
  lease: Lease,
  { claims, subscriptions }: { readonly claims: ScannedClaims; readonly subscriptions: readonly string[] },
): Promise<void> {
  const { addresses, privateLinkServices } = run.ports.tables;
  for (const subscription of subscriptions) {
    const partition = plsNamePartition(subscription);
    const rows = await Array.fromAsync(addresses.list(partition));
    if (rows.length === 0) continue;
    const built = new Map(
      (await Array.fromAsync(privateLinkServices.list(subscription))).map(({ key, value }) => [key, value]),
    );
    const all = rows.flatMap((row) => claimsOf(row).map((claim) => ({ row, claim })));
    const suspects: Suspect[] = [];
    for (const { row, claim } of all)
      if (!mayHave(built.get(row.key), claim, await claims.claimants(claim.owner.cluster)))
        suspects.push({ row, claim });
    const absent = await absentOnly(run, subscription, { rows, built });
    const free = suspects.filter(({ row }) => built.has(row.key) || absent.has(row.key));
    const ended = await findEnded(run, claims, { suspects: free, unexplained: [] });
    const at = { nowUtc: run.now().toISOString(), ended, sequenceOf: claims.sequenceOf };
    const writes = planRows(rows, { uses: new Map(), incomplete: new Set() }, at);
    if (writes.length > 0) await lease.demand();
    await writeRows<AddressRow>(addresses, partition, writes);
  }
}

interface Names {
  readonly rows: readonly Row<AddressRow>[];
  readonly built: ReadonlyMap<string, PlsRow>;
}

/** Keys of names for which ARM answers 404. What cannot be read is kept. */
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

/** False only if there is no such Private Link Service, or it was made for another Service or in another cluster. Pure. */
function mayHave(
  pls: PlsRow | undefined,
  { owner: { namespace, name } }: Claim,
  claimant: ClaimantCluster | undefined,
): boolean {
  if (!pls) return false;
  if (pls.owner === undefined || !claimant) return true;
  const isInCluster = pls.frontendIds.some((id) => clusterOfFrontend(id, [claimant.cluster]) !== undefined);
  return pls.owner === `${namespace}/${name}` && isInCluster;
}
