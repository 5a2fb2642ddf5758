/** Who has an address, in every recorded subnet that contains it, and what is free instead. */
import { ANNOTATIONS } from "../kubernetes/annotations.ts";
import {
  contains,
  formatAddress,
  isAzureReserved,
  parseAddress,
  parsePrefixes,
  type Address,
} from "../azure/prefix.ts";
import { usableRanges, without } from "../azure/addressRange.ts";
import { listJournal } from "../changes/journalStore.ts";
import type { JournalEntry } from "../changes/journal.ts";
import { InvalidInput } from "../core/errors.ts";
import { findFree } from "../inventory/free.ts";
import type { SubnetRow } from "../inventory/model.ts";
import { liveClaims } from "../inventory/obstacle.ts";
import { addressPlace } from "../inventory/places.ts";
import { listSubnets } from "../inventory/subnets.ts";
import { suggestFree } from "../inventory/suggest.ts";
import { canonicalId, resourceName } from "../azure/resourceId.ts";
import { readPolicy } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";
import { mapAtMost } from "../core/waitForAll.ts";
import type { AddressInSubnet, AddressLookup, FreeAddresses } from "./model.ts";
import { createShower, type Shower } from "./showUse.ts";
import type { Services } from "./services.ts";
import { sourceOf } from "./sources.ts";

const AT_ONCE = 8;
const HISTORY_MILLISECONDS = 30 * 24 * 3600 * 1000;
/** Entries that are read for a history, and entries that it has. */
const MOST_READ = 1000;
const MOST_SHOWN = 10;

/** `subnets` is empty if no scan has seen a subnet that contains it. @throws InvalidInput if the text is not an address */
export async function lookUpAddress(
  run: Run,
  text: string,
  reading?: Promise<Services>,
): Promise<AddressLookup> {
  const address = parseAddress(text);
  if (!address) throw new InvalidInput(`${text} is not an address`);
  const subnets = (await listSubnets(run)).filter(({ prefixes }) => isInside(prefixes, address));
  const shower = subnets.length > 0 ? await createShower(run, reading) : undefined;
  return {
    address: formatAddress(address),
    subnets: shower
      ? await mapAtMost(AT_ONCE, subnets, (subnet) => lookIn(run, subnet, { address, shower }))
      : [],
  };
}

function isInside(prefixes: readonly string[], address: Address): boolean {
  return parsePrefixes(prefixes).some((prefix) => contains(prefix, address));
}

interface Looking {
  readonly address: Address;
  readonly shower: Shower;
}

async function lookIn(run: Run, subnet: SubnetRow, { address, shower }: Looking): Promise<AddressInSubnet> {
  const text = formatAddress(address);
  const { partition, key } = addressPlace(subnet.id, text);
  const row = (await run.ports.tables.addresses.get(partition, key))?.value;
  const { policy } = await readPolicy(run);
  const where = { subnet: subnet.name, vnet: resourceName(subnet.vnetId) };
  const nearby = async () => instead((await suggestFree(run, subnet, text, policy.excludedRanges)).addresses);
  if (!row || (!row.assignment && liveClaims(row, run.now().toISOString()).length === 0)) {
    const state = unusedState(subnet, policy.excludedRanges, address);
    const free = state === "free" ? instead([text]) : await nearby();
    return { ...where, state, claims: [], ...free, history: [] };
  }
  const { kind: _address, place: _text, ...use } = await shower.show({ source: sourceOf(subnet), key, row });
  const history = row.assignment ? await historyOf(run, row.assignment.holderId) : [];
  return { ...use, ...where, ...(await nearby()), history };
}

function instead(addresses: readonly string[]): Pick<AddressInSubnet, "free" | "annotation"> {
  const [first] = addresses;
  return { free: [...addresses], ...(first !== undefined && { annotation: annotationFor(first) }) };
}

function unusedState(
  { prefixes }: SubnetRow,
  excludedRanges: readonly string[],
  address: Address,
): "free" | "reserved" | "excluded" {
  if (parsePrefixes(prefixes).some((prefix) => isAzureReserved(prefix, address))) return "reserved";
  return isInside(excludedRanges, address) ? "excluded" : "free";
}

/** A line for `metadata.annotations` of a Service. Pure. */
export function annotationFor(address: string): string {
  const { key } = address.includes(":") ? ANNOTATIONS.ipv6 : ANNOTATIONS.ipv4;
  return `${key}: "${address}"`;
}

/** What Mooring did to the resource, or to what it is part of. */
async function historyOf(run: Run, holderId: string): Promise<AddressInSubnet["history"]> {
  const sinceUtc = new Date(run.now().getTime() - HISTORY_MILLISECONDS).toISOString();
  const holder = `${canonicalId(holderId)}/`;
  const found: AddressInSubnet["history"] = [];
  let read = 0;
  for await (const { entry } of listJournal(run, sinceUtc)) {
    read += 1;
    if (holder.startsWith(`${canonicalId(entry.change.resourceId)}/`)) found.push(showEntry(entry));
    if (read >= MOST_READ || found.length >= MOST_SHOWN) break;
  }
  return found;
}

function showEntry(entry: JournalEntry): AddressInSubnet["history"][number] {
  const { id, change, cause, outcome, intendedAtUtc, completedAtUtc } = entry;
  return {
    journalId: id,
    atUtc: completedAtUtc ?? intendedAtUtc,
    who: cause.who,
    action: change.action,
    outcome,
    reason: change.reason,
  };
}

export interface FreeRequest {
  readonly subnet: SubnetRow;
  readonly count: number;
  readonly family: Address["family"];
}

/** The lowest free addresses. Excluded ranges, assigned addresses and claims are left out. @throws InvalidInput if the subnet lacks the family */
export async function nextFree(run: Run, { subnet, count, family }: FreeRequest): Promise<FreeAddresses> {
  const prefixes = parsePrefixes(subnet.prefixes).filter((one) => one.family === family);
  const [lowest] = prefixes.toSorted((a, b) => (a.first < b.first ? -1 : 1));
  if (!lowest) throw new InvalidInput(`subnet ${subnet.name} has no ${family} prefix`);
  const { policy } = await readPolicy(run);
  const usable = usableRanges(subnet.prefixes).filter((one) => one.family === family);
  const ranges = without(usable, parsePrefixes(policy.excludedRanges));
  // No resource may have the first address of a prefix: nearest to it first is lowest first.
  const wanted = { family, value: lowest.first };
  const { addresses } = await findFree(run, { subnet, ranges, wanted, limit: count });
  const { free, annotation } = instead(addresses.map(formatAddress));
  return {
    subnet: subnet.name,
    vnet: resourceName(subnet.vnetId),
    addresses: free,
    ...(annotation !== undefined && { annotation }),
    unknown: subnet.unknownUses ?? 0,
  };
}
