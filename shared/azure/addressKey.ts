import { Address4, Address6 } from "ip-address";
import { formatAddress } from "./prefix.ts";

/**
 * Row key of an address: family digit and fixed-width hex, so that key order is numeric order within a family.
 * @throws Error if the text is not an address; callers have checked it before
 */
export function addressKey(address: string): string {
  return address.includes(":")
    ? `6-${new Address6(address).bigInt().toString(16).padStart(32, "0")}`
    : `4-${new Address4(address).bigInt().toString(16).padStart(8, "0")}`;
}

/** The address of a row key, in its canonical text. */
export function addressOf(key: string): string {
  const [family, digits = ""] = key.split("-");
  return formatAddress({ family: family === "6" ? "IPv6" : "IPv4", value: BigInt(`0x${digits}`) });
}
