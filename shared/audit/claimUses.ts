/** Finds what uses a claimed address, and whether that use matches the claim. */
import { addressKey } from "../azure/addressKey.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import { isControllers, isNamedFor } from "../kubernetes/frontendName.ts";
import type { ServiceKey } from "../kubernetes/intent.ts";
import type { ClaimedAddress } from "../inventory/claimWork.ts";
import type { Assignment, Claim } from "../inventory/model.ts";
import { clusterOfFrontend, OWNER_TAG } from "../declarations/plsOwner.ts";
import { FRONTEND_TYPE, parseResourceId, resourceName, sameId, typeOf } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";

export interface Use {
  readonly holderId: string;
  /** For a Private Link Service: `namespace/name` from its tag, and its frontends. */
  readonly pls?: { readonly owner: string | undefined; readonly frontendIds: readonly string[] };
}

/** All claims of an address: during a handover there are several. */
export interface Claimed {
  readonly claims: readonly Claim[];
  readonly clusterOf: (claim: Claim) => Cluster | undefined;
}

/** True if the inventory had the assignment before the claim: admission allowed the claim in spite of it. Pure. */
export function wasAllowed({ seenAtUtc }: Assignment, { sinceUtc }: Claim): boolean {
  return seenAtUtc <= sinceUtc;
}

/** True if the use belongs to a claiming Service, or is a frontend that the owner of the claim may share. Pure. */
export function agrees(use: Use, claim: Claim, { claims, clusterOf }: Claimed): boolean {
  const { holderId, pls } = use;
  if (pls) return claims.some((one) => isOwnPls(pls, one.owner, clusterOf(one)));
  if (typeOf(holderId) !== FRONTEND_TYPE) return false;
  const name = resourceName(holderId);
  if (claims.some(({ owner }) => isNamedFor(name, owner.uid))) return true;
  const cluster = clusterOf(claim);
  // The cloud controller shares only frontends that it created.
  if (!isControllers(name)) return false;
  return claim.ports !== undefined && !!cluster && clusterOfFrontend(holderId, [cluster]) !== undefined;
}

function isOwnPls(
  { owner, frontendIds }: NonNullable<Use["pls"]>,
  { namespace, name }: ServiceKey,
  cluster: Cluster | undefined,
): boolean {
  if (owner !== `${namespace}/${name}` || !cluster) return false;
  return frontendIds.some((id) => clusterOfFrontend(id, [cluster]) !== undefined);
}

/**
 * Frontends and Private Link Services that use the address now: the cloud controller may have created them since the last scan.
 * @param clusters their subscriptions are searched
 * @throws whatever the lists throw: a failed list is not evidence of absence
 */
export async function findUses(
  run: Run,
  clusters: readonly Cluster[],
  claimed: ClaimedAddress,
): Promise<Use[]> {
  const subscriptions = new Set(clusters.map(({ resourceId }) => subscriptionOf(resourceId)));
  const found = await waitForAll(
    [...subscriptions].flatMap((one) => [
      frontendsWith(run, one, claimed),
      privateLinkServicesWith(run, one, claimed),
    ]),
  );
  return found.flat();
}

async function frontendsWith(run: Run, subscription: string, claimed: ClaimedAddress): Promise<Use[]> {
  const uses = await Array.fromAsync(run.ports.network.frontendUses(subscription));
  return uses.filter((use) => isSame(use, claimed)).map(({ holderId }) => ({ holderId }));
}

async function privateLinkServicesWith(
  run: Run,
  subscription: string,
  claimed: ClaimedAddress,
): Promise<Use[]> {
  const privateLinkServices = await run.ports.network.privateLinkServices(subscription);
  return privateLinkServices
    .filter(({ natAddresses }) => natAddresses.some((one) => isSame(one, claimed)))
    .map(({ id, tags, frontendIds }) => ({ holderId: id, pls: { owner: tags[OWNER_TAG], frontendIds } }));
}

function isSame(
  { subnetId, address }: { readonly subnetId: string; readonly address?: string },
  claimed: ClaimedAddress,
): boolean {
  return (
    address !== undefined &&
    sameId(subnetId, claimed.subnetId) &&
    addressKey(address) === addressKey(claimed.address)
  );
}

function subscriptionOf(id: string): string {
  return parseResourceId(id)?.subscription.toLowerCase() ?? "";
}
