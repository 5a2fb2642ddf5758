/**
 * Verifies the claims of an address with `checkIPAddressAvailability`. Called by the queue soon after admission, and by each audit while
 * Azure reports the address as unavailable. Writes a finding immediately, and marks the claim, so that audits report it too.
 */
import { findCluster } from "../declarations/registry.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import { markClaims, type Problem } from "../inventory/claimProblems.ts";
import { parseClaimWork } from "../inventory/claimWork.ts";
import type { AddressRow, Claim } from "../inventory/model.ts";
import { liveClaims } from "../inventory/obstacle.ts";
import { addressPlace } from "../inventory/places.ts";
import { resourceName } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { agrees, findUses, wasAllowed, type Claimed, type Use } from "./claimUses.ts";
import { recordUnavailable } from "./unavailable.ts";

type Asked = ReturnType<typeof parseClaimWork>;

/**
 * @param id of `claimWork`
 * @throws InvalidInput if the id is not valid · Refused without permission, or if the virtual network does not exist · NotYet
 */
export async function verifyClaims(run: Run, id: string): Promise<void> {
  const asked = parseClaimWork(id);
  const place = addressPlace(asked.subnetId, asked.address);
  const row = await run.ports.tables.addresses.get(place.partition, place.key);
  const claims = row ? liveClaims(row.value, run.now().toISOString()) : [];
  if (!row || claims.length === 0) return;
  const clusters = await clustersOf(run, claims);
  const claimed = { claims, clusterOf: ({ owner }: Claim) => clusters.get(owner.cluster) };
  const problemOf = await judge(run, asked, { row: row.value, claimed });
  await markClaims(run, place, problemOf);
  for (const claim of claims.filter((one) => one.problem ?? problemOf(one)))
    await report(run, {
      asked,
      claim,
      cluster: clusters.get(claim.owner.cluster),
      problem: problemOf(claim),
    });
  const outcome = claims.some(problemOf) ? "unavailable" : "available";
  run.log.info("claims verified", { address: asked.address, claims: claims.length, outcome });
}

interface Judged {
  readonly asked: Asked;
  readonly claim: Claim;
  readonly cluster: Cluster | undefined;
  readonly problem: Problem | undefined;
}

async function report(run: Run, { asked, claim, cluster, problem }: Judged): Promise<void> {
  if (!cluster) return;
  const { owner } = claim;
  const { subnetId, address, vnetId } = asked;
  const subnet = { id: subnetId, name: resourceName(subnetId) };
  const sinceUtc = claim.problem?.sinceUtc ?? run.now().toISOString();
  const marked = problem ? [{ service: owner, subnet, address, problem: { ...problem, sinceUtc } }] : [];
  await recordUnavailable(run, { cluster, owner, vnetId, marked });
}

async function clustersOf(run: Run, claims: readonly Claim[]): Promise<ReadonlyMap<string, Cluster>> {
  const names = [...new Set(claims.map(({ owner }) => owner.cluster))];
  const found = await waitForAll(names.map((name) => findCluster(run, name)));
  return new Map(found.flatMap((one) => (one ? [[one.name, one]] : [])));
}

interface ClaimedRow {
  readonly row: AddressRow;
  readonly claimed: Claimed;
}

/** The problem of each claim. Claims of unregistered clusters have none here: scans end them. */
async function judge(
  run: Run,
  asked: Asked,
  { row: { assignment }, claimed }: ClaimedRow,
): Promise<(claim: Claim) => Problem | undefined> {
  const explains = (uses: readonly Use[]) => (claim: Claim) =>
    !claimed.clusterOf(claim) ||
    (assignment !== undefined && wasAllowed(assignment, claim)) ||
    uses.some((use) => agrees(use, claim, claimed));
  const isRecorded = explains(assignment ? [{ holderId: assignment.holderId }] : []);
  if (claimed.claims.every(isRecorded)) return () => undefined;
  const { available, alternatives } = await run.ports.network.availability(asked.vnetId, asked.address);
  if (available) return () => undefined;
  const clusters = claimed.claims.flatMap((claim) => claimed.clusterOf(claim) ?? []);
  const uses = await findUses(run, clusters, asked);
  const isShown = explains(uses);
  const holderId = uses[0]?.holderId ?? assignment?.holderId;
  const problem = { ...(holderId !== undefined && { holderId }), alternatives };
  return (claim) => (isRecorded(claim) || isShown(claim) ? undefined : problem);
}
