import { contains, isAzureReserved, type Address, type Prefix } from "./prefix.ts";

export interface FreeSearch {
  /** The subnet's prefixes of the wanted family. */
  readonly prefixes: readonly Prefix[];
  readonly excluded: readonly Prefix[];
  readonly taken: ReadonlySet<bigint>;
  readonly wanted: Address;
  /** Looks at addresses up to this far away: what lies further, `taken` does not tell. */
  readonly reach: bigint;
  readonly limit: number;
}

/** Free addresses nearest to the wanted one, nearest first, the lower of two as near first; never the wanted one. Pure. */
export function nearestFree(search: FreeSearch): Address[] {
  const found: Address[] = [];
  for (let distance = 1n; distance <= search.reach && found.length < search.limit; distance += 1n)
    for (const value of [search.wanted.value - distance, search.wanted.value + distance]) {
      const address = { family: search.wanted.family, value };
      if (found.length < search.limit && isFree(search, address)) found.push(address);
    }
  return found;
}

function isFree({ prefixes, excluded, taken }: FreeSearch, address: Address): boolean {
  const prefix = prefixes.find((candidate) => contains(candidate, address));
  if (!prefix || isAzureReserved(prefix, address)) return false;
  return !taken.has(address.value) && !excluded.some((range) => contains(range, address));
}
