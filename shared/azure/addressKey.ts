import { Address4, Address6 } from "ip-address";
import { formatAddress, ipv4Number } from "./prefix.ts";

/**
 * Row key of an address: family digit and fixed-width hex, so that key order is numeric order within a family.
 * @throws Error if the text is not an address; callers validate it first
 */
export function addressKey(address: string): string {
  const ipv4 = ipv4Number(address);
  if (ipv4 !== undefined) return `4-${ipv4.toString(16).padStart(8, "0")}`;
  return address.includes(":")
    ? `6-${new Address6(address).bigInt().toString(16).padStart(32, "0")}`
    : `4-${new Address4(address).bigInt().toString(16).padStart(8, "0")}`;
}

/** The address of a row key, in canonical form. */
export function addressOf(key: string): string {
  const [family, digits = ""] = key.split("-");
  return formatAddress({ family: family === "6" ? "IPv6" : "IPv4", value: BigInt(`0x${digits}`) });
}
