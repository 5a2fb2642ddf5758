/**
 * A digest of the addresses and holders of a subnet, which shows whether two lists differ without storing
 * them. Pure.
 */
import { scaleSetOf } from "../azure/configurations.ts";
import { canonicalId, keepLast, parseResourceId } from "../azure/resourceId.ts";

/**
 * The sum of a number for each address and its holder, independent of order; exact for all sizes of subnets
 * in Azure.
 * @param uses holders by address key
 */
export function digestOf(uses: Iterable<readonly [key: string, holderId: string]>): number {
  let sum = 0;
  const canonical = keepLast(canonicalId);
  for (const [key, holderId] of uses) sum += numberOf(`${key} ${canonical(holderId)}`);
  return sum;
}

/**
 * One digest for each subscription with holders in the subnet; without nodes, which an audit does not list.
 */
export function digestsOf(
  uses: Iterable<readonly [key: string, holder: { readonly holderId: string }]>,
): Record<string, number> {
  const sums: Record<string, number> = {};
  const read = keepLast((id) => ({ canonical: canonicalId(id), subscription: listedIn(id) }));
  for (const [key, { holderId }] of uses) {
    const { canonical, subscription } = read(holderId);
    if (subscription !== undefined)
      sums[subscription] = (sums[subscription] ?? 0) + numberOf(`${key} ${canonical}`);
  }
  return sums;
}

/** Subscription whose lists contain the holder; `undefined` for a node. */
function listedIn(holderId: string): string | undefined {
  if (scaleSetOf(holderId) !== undefined) return undefined;
  return parseResourceId(holderId)?.subscription.toLowerCase() ?? "";
}

/** FNV-1a, 32 bits. */
function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
