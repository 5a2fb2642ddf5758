/**
 * Addresses and prefixes as numbers, strictly parsed. Pure.
 * @see https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq (Azure's five reserved addresses)
 */
import { Address6 } from "ip-address";
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

// Azure and Go interpret `010` differently: accept only the form that is unambiguous.
const STRICT_IPV4 = new RegExp(IPV4);
const STRICT_IPV6 = new RegExp(IPV6);

/** Addresses that Azure reserves at the start of each prefix. It also reserves the last one. */
export const AZURE_FIRST = 4n;

/** Parses an address in strict form; `undefined` for `010.0.0.1`, `10.1`, spaces, zones and names. */
export function parseAddress(text: string): Address | undefined {
  const ipv4 = ipv4Number(text);
  if (ipv4 !== undefined) return { family: "IPv4", value: BigInt(ipv4) };
  if (!STRICT_IPV6.test(text)) return undefined;
  return { family: "IPv6", value: new Address6(text).bigInt() };
}

/** The value of an IPv4 address in strict form; `undefined` for any other text. Inventories compare millions of them. */
export function ipv4Number(text: string): number | undefined {
  if (!STRICT_IPV4.test(text)) return undefined;
  return text.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}

/** Dotted decimal. */
export function ipv4Text(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
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
  return family === "IPv4" ? ipv4Text(Number(value)) : Address6.fromBigInt(value).correctForm();
}

/** The canonical text of an address, so that two spellings of one IPv6 address are equal; other text is unchanged. @see RFC 5952 */
export function canonicalAddress(text: string): string {
  const address = parseAddress(text);
  return address ? formatAddress(address) : text;
}
