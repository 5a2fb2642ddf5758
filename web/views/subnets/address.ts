/** Addresses of a prefix by their offset from its first address. Pure. */
import { Address4, Address6 } from "ip-address";

/** The address at the offset from the first, in canonical text. */
export function addressAt(first: string, offset: number): string {
  if (!isIpv6(first)) return ipv4At(first, offset);
  return Address6.fromBigInt(valueOf(first) + BigInt(offset)).correctForm();
}

/** Without bigint: a map has 60,000 addresses, for which bigint takes a second. */
function ipv4At(first: string, offset: number): string {
  const value = first.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0) + offset;
  return [256 ** 3, 256 ** 2, 256, 1].map((unit) => Math.floor(value / unit) % 256).join(".");
}

/** The offset from the first address; `undefined` if the text is not an address or is outside the prefix. */
export function offsetOf(first: string, size: number, text: string): number | undefined {
  if (!isAddress(text) || isIpv6(first) !== isIpv6(text)) return undefined;
  const offset = valueOf(text) - valueOf(first);
  return offset >= 0n && offset < BigInt(size) ? Number(offset) : undefined;
}

export function isIpv6(text: string): boolean {
  return text.includes(":");
}

/** The last one or two octets of an address: `.8.70` of `10.240.8.70`. */
export function tailOf(address: string, octets: 1 | 2): string {
  return `.${address.split(".").slice(-octets).join(".")}`;
}

function isAddress(text: string): boolean {
  return isIpv6(text) ? Address6.isValid(text) : Address4.isValid(text) && text.split(".").length === 4;
}

function valueOf(address: string): bigint {
  return isIpv6(address) ? new Address6(address).bigInt() : new Address4(address).bigInt();
}
