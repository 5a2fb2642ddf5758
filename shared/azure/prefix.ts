/**
 * Addresses and prefixes as numbers, strictly read. Pure.
 * @see https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq (Azure's five reserved addresses)
 */
import { Address4, Address6 } from "ip-address";
import { IPV4, IPV6 } from "./addressPattern.ts";

export interface Address {
  readonly family: "IPv4" | "IPv6";
  readonly value: bigint;
}

export interface Prefix {
  readonly family: "IPv4" | "IPv6";
  readonly first: bigint;
  readonly last: bigint;
}

// Azure and Go read `010` differently; only the one form that everybody reads alike is an address.
const STRICT_IPV4 = new RegExp(IPV4);
const STRICT_IPV6 = new RegExp(IPV6);

/** Addresses that Azure keeps at the start of every prefix; it also keeps the last one. */
export const AZURE_FIRST = 4n;

/** The address that the text is in strict form; `undefined` for `010.0.0.1`, `10.1`, spaces, zones, names. */
export function parseAddress(text: string): Address | undefined {
  if (STRICT_IPV4.test(text)) return { family: "IPv4", value: new Address4(text).bigInt() };
  if (!STRICT_IPV6.test(text)) return undefined;
  return { family: "IPv6", value: new Address6(text).bigInt() };
}

/** The range of a CIDR prefix; `undefined` if the text is none. */
export function parsePrefix(text: string): Prefix | undefined {
  const [base = "", bits = "", ...rest] = text.split("/");
  const address = parseAddress(base);
  const width = address?.family === "IPv6" ? 128 : 32;
  if (!address || rest.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > width) return undefined;
  const size = 1n << BigInt(width - Number(bits));
  const first = (address.value / size) * size;
  return { family: address.family, first, last: first + size - 1n };
}

export function parsePrefixes(texts: readonly string[]): readonly Prefix[] {
  return texts.flatMap((text) => parsePrefix(text) ?? []);
}

export function contains(prefix: Prefix, address: Address): boolean {
  return prefix.family === address.family && address.value >= prefix.first && address.value <= prefix.last;
}

/** True for the first four addresses and the last one of the prefix. */
export function isAzureReserved(prefix: Prefix, address: Address): boolean {
  return (
    contains(prefix, address) && (address.value < prefix.first + AZURE_FIRST || address.value === prefix.last)
  );
}

/** Canonical text: dotted decimal, or RFC 5952. */
export function formatAddress({ family, value }: Address): string {
  return family === "IPv4"
    ? Address4.fromBigInt(value).correctForm()
    : Address6.fromBigInt(value).correctForm();
}
