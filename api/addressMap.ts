/**
 * Which addresses of a subnet are used and by what, for drawing: offsets instead of addresses, each holder
 * listed once. Reads tables only.
 */
import { addressKey } from "../shared/azure/addressKey.ts";
import {
  AZURE_FIRST,
  formatAddress,
  parsePrefix,
  parsePrefixes,
  type Prefix,
} from "../shared/azure/prefix.ts";
import { within } from "../shared/azure/addressRange.ts";
import type { AddressRow, SubnetRow } from "../shared/inventory/model.ts";
import { liveClaims } from "../shared/inventory/obstacle.ts";
import { canonicalId } from "../shared/azure/resourceId.ts";
import { readPolicy } from "../shared/policy/policyStore.ts";
import type { Run } from "../shared/ports/ports.ts";
import type { Row } from "../shared/ports/table.ts";
import { gatherHolders, type Holders } from "./holders.ts";
import type { AddressMap, PrefixMap } from "./model.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

/** A page of Table storage has 1,000 rows: larger subnets are read in parallel slices. */
const ROWS_A_SLICE = 4000;
const MOST_SLICES = 16;
const ASSIGNED = 0;
const CLAIMED = 1;

type Taken = PrefixMap["taken"][number];

export async function mapAddresses(run: Run, subnet: SubnetRow): Promise<Omit<AddressMap, "subnet">> {
  const [holders, { policy }] = await waitForAll([gatherHolders(run, subnet), readPolicy(run)]);
  const excluded = parsePrefixes(policy.excludedRanges);
  const prefixes: PrefixMap[] = [];
  for (const text of subnet.prefixes) {
    const prefix = parsePrefix(text);
    if (!prefix) continue;
    const taken = await takenIn(run, { subnet, prefix, holders });
    prefixes.push({ prefix: text, ...placeOf(prefix), ranges: rangesIn(prefix, excluded), taken });
  }
  return { prefixes, holders: holders.all() };
}

function placeOf(prefix: Prefix): Pick<PrefixMap, "first" | "size"> {
  const first = formatAddress({ family: prefix.family, value: prefix.first });
  return { first, size: safe(prefix.last - prefix.first + 1n) };
}

interface Place {
  readonly subnet: SubnetRow;
  readonly prefix: Prefix;
  readonly holders: Holders;
}

async function takenIn(run: Run, { subnet, prefix, holders }: Place): Promise<Taken[]> {
  const count = Math.min(Math.max(Math.ceil(subnet.usedAddresses / ROWS_A_SLICE), 1), MOST_SLICES);
  const slices = await waitForAll(
    slicesOf(prefix, count).map((range) =>
      Array.fromAsync(run.ports.tables.addresses.list(canonicalId(subnet.id), range)),
    ),
  );
  const nowUtc = run.now().toISOString();
  return slices.flatMap((rows) => rows.flatMap((row) => showTaken(row, { prefix, holders, nowUtc })));
}

function slicesOf({ family, first, last }: Prefix, count: number): { from: string; to: string }[] {
  const key = (value: bigint) => addressKey(formatAddress({ family, value }));
  const length = last - first + 1n;
  const edge = (index: number) => first + (length * BigInt(index)) / BigInt(count);
  return Array.from({ length: count }, (_, index) => ({
    from: key(edge(index)),
    to: key(edge(index + 1) - 1n),
  }));
}

interface Showing extends Omit<Place, "subnet"> {
  readonly nowUtc: string;
}

function showTaken({ key, value }: Row<AddressRow>, { prefix, holders, nowUtc }: Showing): Taken[] {
  // The key is the address in hexadecimal, after the digit of its family.
  const offset = BigInt(`0x${key.slice(2)}`) - prefix.first;
  if (offset > BigInt(Number.MAX_SAFE_INTEGER)) return [];
  const { assignment } = value;
  if (assignment)
    return [[Number(offset), ASSIGNED, holders.indexOfResource(assignment.holderId), assignment.seenAtUtc]];
  const [claim] = liveClaims(value, nowUtc);
  if (!claim) return [];
  return [[Number(offset), CLAIMED, holders.indexOfService(claim.owner), claim.sinceUtc]];
}

function rangesIn(prefix: Prefix, excluded: readonly Prefix[]): PrefixMap["ranges"] {
  const last = safe(prefix.last - prefix.first);
  const cut = within([prefix], excluded).map((range) => ({
    from: safe(range.first - prefix.first),
    to: safe(range.last - prefix.first),
    kind: "excluded" as const,
    why: "excluded by policy: no Service may request it",
  }));
  return [
    {
      from: 0,
      to: Math.min(Number(AZURE_FIRST) - 1, last),
      kind: "azure",
      why: "Azure reserves the first four addresses of every prefix",
    },
    { from: last, to: last, kind: "azure", why: "Azure reserves the last address of every prefix" },
    ...cut,
  ];
}

/** An IPv6 prefix can have more addresses than a number can represent. */
function safe(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}
