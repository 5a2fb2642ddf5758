import { formatAddress, parseAddress, parsePrefixes } from "../azure/prefix.ts";
import { usableRanges, without } from "../azure/addressRange.ts";
import type { Run } from "../ports/ports.ts";
import { findFree } from "./free.ts";
import type { SubnetRow } from "./model.ts";

const LIMIT = 3;

export interface Suggested {
  /** Up to 3, nearest first. */
  readonly addresses: readonly string[];
  /** True if the subnet has no free address. */
  readonly isFull: boolean;
}

/** Free addresses of the subnet nearest to `address`; one range read unless the addresses nearby are used. */
export async function suggestFree(
  run: Run,
  subnet: SubnetRow,
  address: string,
  excludedRanges: readonly string[],
): Promise<Suggested> {
  const wanted = parseAddress(address);
  if (!wanted) return { addresses: [], isFull: false };
  const ranges = without(usableRanges(subnet.prefixes), parsePrefixes(excludedRanges));
  const { addresses, isWhole } = await findFree(run, { subnet, ranges, wanted, limit: LIMIT });
  return { addresses: addresses.map(formatAddress), isFull: isWhole && addresses.length === 0 };
}
