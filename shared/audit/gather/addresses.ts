/**
 * Holds the addresses that Azure shows in use against those that the inventory has. A scan leaves a number for what it saw in each subnet;
 * only where that number is another are the inventory's rows read.
 */
import { addressKey, addressOf } from "../../azure/addressKey.ts";
import { digestOf } from "../../inventory/digest.ts";
import type { SubnetRow } from "../../inventory/model.ts";
import { scaleSetOf } from "../../azure/configurations.ts";
import type { AddressUse, LoadBalancer } from "../../azure/networkModel.ts";
import { canonicalId, parseResourceId, sameId } from "../../azure/resourceId.ts";
import { usesOfBalancer } from "../../azure/uses.ts";
import { alongside } from "../../core/waitForAll.ts";
import type { Run } from "../../ports/ports.ts";
import type { Subjects } from "../check.ts";

export interface Compared {
  readonly differences: readonly Subjects["address"][];
  /** Addresses that Azure shows. */
  readonly looked: number;
}

/** Holders by address key; of an address that is named twice the last one counts, as in a scan. */
type Holders = Map<string, string>;

/** @param balancers those of the subscription, which somebody else lists already */
export async function compareAddresses(
  run: Run,
  subscription: string,
  balancers: Promise<readonly LoadBalancer[]>,
): Promise<Compared> {
  const shown = await collect(run, subscription, balancers);
  const looked = [...shown.values()].reduce((sum, { size }) => sum + size, 0);
  const differences: Subjects["address"][] = [];
  for (const subnet of await subnetsOf(run, subscription, shown)) {
    const holders = shown.get(canonicalId(subnet.id)) ?? new Map<string, string>();
    const seen = subnet.digests?.[subscription.toLowerCase()] ?? 0;
    if (subnet.digests && seen === digestOf(holders)) continue;
    differences.push(...(await compareSubnet(run, { subnet, subscription, holders })));
  }
  return { differences, looked };
}

/** Page by page: an address and its holder is all that stays. */
async function collect(
  run: Run,
  subscription: string,
  balancers: Promise<readonly LoadBalancer[]>,
): Promise<Map<string, Holders>> {
  const shown = new Map<string, Holders>();
  const keep = ({ subnetId, address, holderId }: AddressUse) => {
    const id = canonicalId(subnetId);
    const holders = shown.get(id) ?? new Map<string, string>();
    holders.set(addressKey(address), holderId);
    shown.set(id, holders);
  };
  return alongside([balancers], async () => {
    for await (const use of run.ports.network.interfaceUses(subscription)) keep(use);
    for await (const use of run.ports.network.gatewayUses(subscription)) keep(use);
    for (const balancer of await balancers) for (const use of usesOfBalancer(balancer)) keep(use);
    return shown;
  });
}

/** Subnets that the inventory knows, of the subscription's own networks and of others in which something of it has an address. */
async function subnetsOf(
  run: Run,
  subscription: string,
  shown: ReadonlyMap<string, Holders>,
): Promise<SubnetRow[]> {
  const { vnets, subnets } = run.ports.tables;
  const prefix = `/subscriptions/${subscription.toLowerCase()}/`;
  const all = (await Array.fromAsync(vnets.list("all"))).map(({ value }) => canonicalId(value.id));
  const met = [...shown.keys()].flatMap((id) => parseResourceId(id)?.parentId ?? []);
  const networks = new Set([...all.filter((id) => id.startsWith(prefix)), ...met]);
  const known: SubnetRow[] = [];
  for (const vnet of networks) for await (const { value } of subnets.list(vnet)) known.push(value);
  return known;
}

interface Differing {
  readonly subnet: SubnetRow;
  readonly subscription: string;
  readonly holders: ReadonlyMap<string, string>;
}

/** Row by row. */
async function compareSubnet(
  run: Run,
  { subnet, subscription, holders }: Differing,
): Promise<Subjects["address"][]> {
  const prefix = `/subscriptions/${subscription.toLowerCase()}/`;
  const found: Subjects["address"][] = [];
  const left = new Map(holders);
  for await (const { key, value } of run.ports.tables.addresses.list(canonicalId(subnet.id))) {
    const { address, assignment } = value;
    const [holderId, recordedId] = [left.get(key), assignment?.holderId];
    left.delete(key);
    if (holderId !== undefined && recordedId !== undefined && sameId(holderId, recordedId)) continue;
    // What another subscription has is another scope's to report, and nodes only a scan lists.
    if (holderId === undefined && !isListed(recordedId ?? "", prefix)) continue;
    found.push(difference(subnet.id, address, { holderId, recordedId }));
  }
  for (const [key, holderId] of left) found.push(difference(subnet.id, addressOf(key), { holderId }));
  return found;
}

function isListed(holderId: string, prefix: string): boolean {
  return canonicalId(holderId).startsWith(prefix) && scaleSetOf(holderId) === undefined;
}

function difference(
  subnetId: string,
  address: string,
  { holderId, recordedId }: { holderId?: string | undefined; recordedId?: string | undefined },
): Subjects["address"] {
  return {
    subnetId,
    address,
    ...(holderId !== undefined && { holderId }),
    ...(recordedId !== undefined && { recordedId }),
  };
}
