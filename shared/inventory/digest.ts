/** A number for who holds which addresses of a subnet, so that two lists of them can be told apart without having either. Pure. */
import { scaleSetOf } from "../azure/configurations.ts";
import { canonicalId, parseResourceId } from "../azure/resourceId.ts";

/**
 * The sum of a number for each address and its holder, whatever their order; exact for any subnet that Azure makes.
 * @param uses holders by address key
 */
export function digestOf(uses: Iterable<readonly [key: string, holderId: string]>): number {
  let sum = 0;
  for (const [key, holderId] of uses) sum += numberOf(`${key} ${canonicalId(holderId)}`);
  return sum;
}

/** One for each subscription that has something in the subnet; without nodes, which an audit does not list. */
export function digestsOf(
  uses: Iterable<readonly [key: string, holder: { readonly holderId: string }]>,
): Record<string, number> {
  const bySubscription = Map.groupBy(
    [...uses].filter(([, { holderId }]) => scaleSetOf(holderId) === undefined),
    ([, { holderId }]) => parseResourceId(holderId)?.subscription.toLowerCase() ?? "",
  );
  return Object.fromEntries(
    [...bySubscription].map(([subscription, own]) => [
      subscription,
      digestOf(own.map(([key, { holderId }]) => [key, holderId] as const)),
    ]),
  );
}

/** FNV-1a, 32 bits. */
function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
