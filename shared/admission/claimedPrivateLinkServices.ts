/**
 * Private Link Services in the way of a Service whose owners claim what it requests: claims decide who gets the name or the frontend, and the
 * rules that judge what Azure has leave them out. Only a Service that meets one pays for the reads.
 */
import { readClaimantCluster, statusOf } from "../inventory/claimStatus.ts";
import type { Claim, PlsRow } from "../inventory/model.ts";
import { liveClaims } from "../inventory/obstacle.ts";
import { clusterOfFrontend } from "../declarations/plsOwner.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { wantsOf, type Asked } from "./claims.ts";
import { handsOver, isReplaced, type Replacing } from "./handover.ts";
import { cachedClusters, cachedPolicy } from "./cached.ts";
import type { RelatedPrivateLinkServices, RuleInput } from "./rule.ts";

/** The input without those Private Link Services. */
export async function withoutClaimed(run: Run, asking: Replacing): Promise<RuleInput> {
  const { privateLinkServices, ...input } = asking.input;
  if (!privateLinkServices?.named && !privateLinkServices?.onFrontend) return asking.input;
  const { named, onFrontend, ...others } = privateLinkServices;
  const [isNameClaimed, isYielding] = await waitForAll([
    named && isClaimed(run, asking, named),
    onFrontend && isHandedOver(run, asking, onFrontend),
  ]);
  const left: RelatedPrivateLinkServices = {
    ...others,
    ...(named && !isNameClaimed && { named }),
    ...(onFrontend && !isYielding && { onFrontend }),
  };
  return { ...input, privateLinkServices: left };
}

/** True if its Service claims the name. An unregistered cluster claims nothing: what it left in Azure stays in the way. */
async function isClaimed(run: Run, asking: Replacing, pls: PlsRow): Promise<boolean> {
  const names = wantsOf(asking).filter(({ subnet }) => subnet === undefined);
  return (await claimsOfOwner(run, pls, names)).length > 0;
}

/** True if its Service hands over every requested place that it claims: it does not stay for this one to share its frontend. */
async function isHandedOver(run: Run, asking: Replacing, pls: PlsRow): Promise<boolean> {
  const found = await claimsOfOwner(run, pls, wantsOf(asking));
  const { policy } = await cachedPolicy(run);
  const yields = found.map(async ({ want, claim }) => {
    const claimant = await readClaimantCluster(run, claim.owner.cluster);
    const status = await statusOf(run, claim, { place: want, claimant });
    const isPlanned = isReplaced(asking, claim.owner);
    const holder = {
      owner: claim.owner,
      status,
      ...(claimant?.deletion && { deletion: claimant.deletion }),
    };
    return handsOver(asking, { holder, isPlanned, isInAzure: true }, policy.claims);
  });
  return found.length > 0 && (await waitForAll(yields)).every(Boolean);
}

interface Found {
  readonly want: Asked;
  readonly claim: Claim;
}

/** Claims of the Service that the controller's tag on the Private Link Service names. */
async function claimsOfOwner(run: Run, pls: PlsRow, wants: readonly Asked[]): Promise<Found[]> {
  const cluster = clusterOfFrontend(pls.frontendIds[0] ?? "", await cachedClusters(run));
  if (!cluster) return [];
  const nowUtc = run.now().toISOString();
  const rows = await waitForAll(
    wants.map(({ partition, key }) => run.ports.tables.addresses.get(partition, key)),
  );
  return wants.flatMap((want, index) =>
    liveClaims(rows[index]?.value ?? {}, nowUtc)
      .filter(
        ({ owner }) => owner.cluster === cluster.name && pls.owner === `${owner.namespace}/${owner.name}`,
      )
      .map((claim) => ({ want, claim })),
  );
}
