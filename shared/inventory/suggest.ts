import { addressKey } from "../addresses/key.ts";
import { nearestFree } from "../addresses/nearestFree.ts";
import { formatAddress, parseAddress, parsePrefixes, type Address } from "../addresses/prefix.ts";
import { canonicalId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import type { SubnetRow } from "./model.ts";

/** How far around the wanted address each further read looks; the last covers a /16. */
const REACHES = [128n, 2048n, 65_536n];
const LIMIT = 3;

/**
 * Up to 3 free addresses of the subnet nearest to `address`, nearest first; one range read unless the neighbourhood is full.
 * An address whose reservation has expired but whose row is still there counts as taken: suggestions are cautious.
 */
export async function suggestFree(
  run: Run,
  subnet: SubnetRow,
  address: string,
  excludedRanges: readonly string[],
): Promise<string[]> {
  const wanted = parseAddress(address);
  if (!wanted) return [];
  const prefixes = parsePrefixes(subnet.prefixes);
  const excluded = parsePrefixes(excludedRanges);
  for (const reach of REACHES) {
    const taken = await takenAround(run, subnet, wanted, reach);
    const found = nearestFree({ prefixes, excluded, taken, wanted, reach, limit: LIMIT });
    if (found.length === LIMIT || reach === REACHES.at(-1)) return found.map(formatAddress);
  }
  return [];
}

async function takenAround(
  run: Run,
  subnet: SubnetRow,
  wanted: Address,
  reach: bigint,
): Promise<Set<bigint>> {
  const top = wanted.family === "IPv4" ? (1n << 32n) - 1n : (1n << 128n) - 1n;
  const from = keyAt(wanted, wanted.value > reach ? wanted.value - reach : 0n);
  const to = keyAt(wanted, wanted.value + reach < top ? wanted.value + reach : top);
  const taken = new Set<bigint>();
  for await (const row of run.ports.tables.addresses.list(canonicalId(subnet.id), { from, to })) {
    const address = parseAddress(row.value.address);
    if (address) taken.add(address.value);
  }
  return taken;
}

function keyAt({ family }: Address, value: bigint): string {
  return addressKey(formatAddress({ family, value }));
}
