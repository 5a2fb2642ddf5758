/** Where addresses and names of Private Link Services are recorded: a partition for each subnet, and one for the names of a subscription. */
import { listClusters } from "../declarations/registry.ts";
import { InvalidInput } from "../core/errors.ts";
import { unknownName } from "../core/filters.ts";
import type { SubnetRow } from "../inventory/model.ts";
import { plsNamePartition } from "../inventory/places.ts";
import { listSubnets } from "../inventory/subnets.ts";
import { canonicalId, parseResourceId, resourceName, sameId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";

/** A partition of the table `addresses`: of a subnet, or of names. */
export type Source =
  | { readonly partition: string; readonly subnet: SubnetRow }
  | { readonly partition: string; readonly subscription: string };

export interface SubnetChoice {
  /** Name, `vnet/name` or id. */
  readonly subnet: string;
  /** Name or id of its virtual network. */
  readonly vnet?: string | undefined;
}

/** In the order of their partitions. */
export async function listSources(run: Run): Promise<Source[]> {
  const [subnets, names] = await waitForAll([listSubnets(run), listNameSources(run)]);
  return [...subnets.map(sourceOf), ...names].toSorted((a, b) => (a.partition < b.partition ? -1 : 1));
}

export function sourceOf(subnet: SubnetRow): Source {
  return { partition: canonicalId(subnet.id), subnet };
}

/** Of the watched subscriptions, and of those that have registered clusters. */
export async function listNameSources(run: Run): Promise<Source[]> {
  const clusters = await listClusters(run);
  const own = clusters.flatMap(({ resourceId }) => parseResourceId(resourceId)?.subscription ?? []);
  const all = [...run.ports.subscriptions, ...own].map((one) => one.toLowerCase());
  return [...new Set(all)].map((subscription) => ({
    partition: plsNamePartition(subscription),
    subscription,
  }));
}

/** @throws InvalidInput if no scan has seen it, with what was meant, or if several networks have it */
export async function chooseSubnet(run: Run, { subnet, vnet }: SubnetChoice): Promise<SubnetRow> {
  const all = await listSubnets(run);
  const inNetwork = vnet === undefined ? all : all.filter((one) => isNetwork(one, vnet));
  if (vnet !== undefined && inNetwork.length === 0) throw new InvalidInput(unknownNetwork(all, vnet));
  const found = inNetwork.filter((one) => isCalled(one, subnet));
  const [row, other] = found;
  if (!row) {
    const known = inNetwork.map(subnet.includes("/") ? longName : ({ name }) => name);
    throw new InvalidInput(
      unknownName(subnet, "scanned subnet", known) ?? `subnet ${subnet} was not scanned`,
    );
  }
  if (other) throw new InvalidInput(`${subnet} may be ${found.map(longName).join(" or ")}: name the network`);
  return row;
}

/** True if the network of the subnet has this name or id. Pure. */
export function isNetwork({ vnetId }: SubnetRow, vnet: string): boolean {
  return sameId(vnetId, vnet) || resourceName(vnetId).toLowerCase() === vnet.toLowerCase();
}

export function unknownNetwork(all: readonly SubnetRow[], vnet: string): string {
  const names = all.map(({ vnetId }) => (vnet.startsWith("/") ? vnetId : resourceName(vnetId)));
  return unknownName(vnet, "scanned virtual network", names) ?? `virtual network ${vnet} was not scanned`;
}

function isCalled(row: SubnetRow, text: string): boolean {
  const names = [row.name, longName(row)].map((name) => name.toLowerCase());
  return sameId(row.id, text) || names.includes(text.toLowerCase());
}

/** `vnet/name`. */
function longName({ vnetId, name }: SubnetRow): string {
  return `${resourceName(vnetId)}/${name}`;
}
