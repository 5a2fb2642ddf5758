/** Number of addresses by kind of holder: why a subnet is full. Pure. */
import { keepLast, typeOf } from "../azure/resourceId.ts";
import type { SubnetRow } from "./model.ts";

const KINDS: Readonly<Record<string, string>> = {
  "microsoft.network/loadbalancers/frontendipconfigurations": "load balancer frontends",
  "microsoft.network/applicationgateways/frontendipconfigurations": "application gateway frontends",
  "microsoft.network/privatelinkservices": "Private Link Services",
  "microsoft.network/privateendpoints": "private endpoints",
  "microsoft.network/networkinterfaces": "network interfaces",
  "microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces":
    "nodes and pods of scale sets",
};

export interface Held {
  readonly holders: Iterable<{ readonly holderId: string }>;
  readonly claimed: number;
  readonly unknown: number;
}

/** How many addresses each kind of holder has; kinds without any are left out. */
export function countHolders({ holders, claimed, unknown }: Held): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  const kindOf = keepLast((id) => KINDS[typeOf(id)] ?? "other resources");
  for (const { holderId } of holders) {
    const kind = kindOf(holderId);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const others = Object.entries({ "claims of Services": claimed, "unknown uses": unknown });
  return Object.fromEntries([...counts, ...others.filter(([, count]) => count > 0)]);
}

/**
 * ` (240 nodes and pods of scale sets, 8 load balancer frontends)`, largest first; empty if nothing was
 * counted.
 */
export function holdersText({ heldBy = {} }: Pick<SubnetRow, "heldBy">): string {
  const sorted = Object.entries(heldBy).toSorted(([, a], [, b]) => b - a);
  const text = sorted.map(([kind, count]) => `${count} ${kind}`).join(", ");
  return text === "" ? "" : ` (${text})`;
}
