/** Address allocation in subnets, with Azure's refusals. */
import { Address4, Address6 } from "ip-address";
import { ArmError } from "../armError.ts";
import { key, parseId } from "../ids.ts";
import type { Body, World } from "../resourceType.ts";

interface Range {
  text: string;
  isV6: boolean;
  first: bigint;
  last: bigint;
}

/** The subnet's body inside its virtual network; refuses an id that names none. */
export function findSubnet(world: World, subnetId: string, referrer: string): Body {
  const id = parseId(subnetId);
  const subnets: Body[] = (id && world.get(id.topId)?.properties["subnets"]) ?? [];
  const subnet = subnets.find(({ name }) => key(name) === key(id?.rest[1] ?? ""));
  if (subnet) return subnet;
  const message = `Resource ${subnetId} referenced by resource ${referrer} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`;
  throw new ArmError(400, "InvalidResourceReference", message);
}

export function prefixesOf(subnet: Body): string[] {
  return subnet["properties"].addressPrefixes ?? [subnet["properties"].addressPrefix];
}

export function toRange(text: string): Range {
  const isV6 = text.includes(":");
  const address = isV6 ? new Address6(text) : new Address4(text);
  return { text, isV6, first: address.startAddress().bigInt(), last: address.endAddress().bigInt() };
}

export interface AddressWish {
  subnetId: string;
  /** Id of the IP configuration that will hold it. */
  holderId: string;
  /** Set for a static address. */
  wanted?: string;
  /** What the configuration held before: a dynamic address stays. */
  before?: string;
  isV6?: boolean;
  /** Addresses promised to others in the same write. */
  promised: Set<string>;
}

/** The address that the configuration gets. */
export function allocate(world: World, wish: AddressWish): string {
  const ranges = prefixesOf(findSubnet(world, wish.subnetId, wish.holderId)).map(toRange);
  const address = wish.wanted
    ? checkStatic(world, wish, ranges)
    : (keep(world, wish) ?? findFree(world, wish, ranges));
  wish.promised.add(address);
  return address;
}

function checkStatic(world: World, wish: AddressWish, ranges: Range[]): string {
  const address = canonical(wish.wanted ?? "");
  const range =
    address === undefined
      ? undefined
      : ranges.find(
          (candidate) => candidate.isV6 === address.includes(":") && within(candidate, toNumber(address)),
        );
  const prefix = ranges.map(({ text }) => text).join(", ");
  if (address === undefined || !range)
    throw new ArmError(
      400,
      "PrivateIPAddressNotInSubnet",
      `Private static IP address ${wish.wanted} does not belong to the range of subnet prefix ${prefix}.`,
    );
  if (isReserved(range, toNumber(address)))
    throw new ArmError(
      400,
      "PrivateIPAddressInReservedRange",
      `Private static IP address ${address} falls within reserved IP range of subnet prefix ${range.text}.`,
    );
  if (wish.promised.has(address)) throw sameAddress(wish, address);
  const holder = world.holder(wish.subnetId, address);
  if (holder && key(holder.holderId) !== key(wish.holderId))
    throw taken(wish.holderId, address, holder.holderId);
  return address;
}

function keep(world: World, { subnetId, holderId, before, promised }: AddressWish): string | undefined {
  if (before === undefined || promised.has(before)) return undefined;
  const holder = world.holder(subnetId, before);
  return holder && key(holder.holderId) === key(holderId) ? before : undefined;
}

function findFree(world: World, { subnetId, isV6 = false, promised }: AddressWish, ranges: Range[]): string {
  for (const address of freeIn(world, { subnetId, isV6 }, ranges)) if (!promised.has(address)) return address;
  throw full(subnetId, ranges);
}

/** Free IPv4 addresses, one for each subnet id, in order. One pass over a subnet, however many are requested. */
export function allocateFree(world: World, subnetIds: readonly string[]): string[] {
  const sources = new Map<string, Iterator<string>>();
  return subnetIds.map((subnetId) => {
    const ranges = prefixesOf(findSubnet(world, subnetId, subnetId)).map(toRange);
    const source = sources.get(subnetId) ?? freeIn(world, { subnetId, isV6: false }, ranges);
    sources.set(subnetId, source);
    const next = source.next();
    if (next.done) throw full(subnetId, ranges);
    return next.value;
  });
}

function* freeIn(
  world: World,
  { subnetId, isV6 }: { subnetId: string; isV6: boolean },
  ranges: Range[],
): Generator<string> {
  for (const range of ranges.filter((candidate) => candidate.isV6 === isV6))
    for (let at = range.first + 4n; at < range.last; at += 1n) {
      const address = toText(at, isV6);
      if (!world.holder(subnetId, address)) yield address;
    }
}

function full(subnetId: string, ranges: Range[]): ArmError {
  return new ArmError(
    400,
    "SubnetIsFull",
    `Subnet ${parseId(subnetId)?.rest[1]} with address prefix ${ranges.map(({ text }) => text).join(", ")} does not have enough capacity for 1 IP addresses.`,
  );
}

function taken(holderId: string, address: string, by: string): ArmError {
  const message = `IP configuration ${holderId} is using the private IP address ${address} which is already allocated to resource ${by}.`;
  return new ArmError(400, "PrivateIPAddressIsAllocated", message);
}

function sameAddress({ holderId }: AddressWish, address: string): ArmError {
  const message = `IP configuration ${holderId} is requesting the same private IP address ${address} as another IP configuration. Private IP address ${address} from the subnet can be assigned to only one IP configuration.`;
  return new ArmError(400, "MultipleIpConfigsRequestSamePrivateIpAddress", message);
}

export function isReserved({ first, last }: Range, value: bigint): boolean {
  return value < first + 4n || value === last;
}

export function within({ first, last }: Range, value: bigint): boolean {
  return value >= first && value <= last;
}

export function toNumber(address: string): bigint {
  return address.includes(":") ? new Address6(address).bigInt() : new Address4(address).bigInt();
}

export function toText(value: bigint, isV6: boolean): string {
  return isV6 ? Address6.fromBigInt(value).correctForm() : Address4.fromBigInt(value).correctForm();
}

function canonical(text: string): string | undefined {
  const isV6 = text.includes(":");
  if (isV6 ? !Address6.isValid(text) : !/^\d+(\.\d+){3}$/.test(text) || !Address4.isValid(text))
    return undefined;
  return toText(toNumber(text), isV6);
}
