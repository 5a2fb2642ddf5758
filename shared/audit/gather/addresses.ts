/**
 * Compares the addresses in use in Azure with the inventory. A scan stores a digest of the uses of each subnet; the inventory's rows are
 * read only where the digest differs.
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
  /** Number of addresses in use in Azure. */
  readonly looked: number;
}

/** Holders by address key; for an address with several uses the last one counts, as in a scan. */
type Holders = Map<string, string>;

/** @param balancers load balancers of the subscription, which the caller lists already */
export async function compareAddresses(
  run: Run,
  subscription: string,
  balancers: Promise<readonly LoadBalancer[]>,
): Promise<Compared> {
  const inUse = await collect(run, subscription, balancers);
  const looked = [...inUse.values()].reduce((sum, { size }) => sum + size, 0);
  const differences: Subjects["address"][] = [];
  for (const subnet of await subnetsOf(run, subscription, inUse)) {
    const holders = inUse.get(canonicalId(subnet.id)) ?? new Map<string, string>();
    const scanned = subnet.digests?.[subscription.toLowerCase()] ?? 0;
    if (subnet.digests && scanned === digestOf(holders)) continue;
    differences.push(...(await compareSubnet(run, { subnet, subscription, holders })));
  }
  return { differences, looked };
}

/** Reads page by page and keeps only addresses and holders. */
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

/** Subnets of the inventory in networks of the subscription, and in others that its resources have addresses in. */
async function subnetsOf(
  run: Run,
  subscription: string,
  shown: ReadonlyMap<string, Holders>,
): Promise<SubnetRow[]> {
  const { vnets, subnets } = run.ports.tables;
  const prefix = `/subscriptions/${subscription.toLowerCase()}/`;
  const all = (await Array.fromAsync(vnets.list("all"))).map(({ value }) => canonicalId(value.id));
  const used = [...shown.keys()].flatMap((id) => parseResourceId(id)?.parentId ?? []);
  const networks = new Set([...all.filter((id) => id.startsWith(prefix)), ...used]);
  const rows: SubnetRow[] = [];
  for (const vnet of networks) for await (const { value } of subnets.list(vnet)) rows.push(value);
  return rows;
}

interface Differing {
  readonly subnet: SubnetRow;
  readonly subscription: string;
  readonly holders: ReadonlyMap<string, string>;
}

/** Compares the rows of one subnet. */
async function compareSubnet(
  run: Run,
  { subnet, subscription, holders }: Differing,
): Promise<Subjects["address"][]> {
  const prefix = `/subscriptions/${subscription.toLowerCase()}/`;
  const found: Subjects["address"][] = [];
  const unmatched = new Map(holders);
  for await (const { key, value } of run.ports.tables.addresses.list(canonicalId(subnet.id))) {
    const { address, assignment } = value;
    const [holderId, recordedId] = [unmatched.get(key), assignment?.holderId];
    unmatched.delete(key);
    if (holderId !== undefined && recordedId !== undefined && sameId(holderId, recordedId)) continue;
    // Uses of other subscriptions belong to their scopes, and only scans list node addresses.
    if (holderId === undefined && !isListed(recordedId ?? "", prefix)) continue;
    found.push(difference(subnet.id, address, { holderId, recordedId }));
  }
  for (const [key, holderId] of unmatched) found.push(difference(subnet.id, addressOf(key), { holderId }));
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
