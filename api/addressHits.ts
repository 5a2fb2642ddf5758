import { addressKey } from "../shared/azure/addressKey.ts";
import { formatAddress, parseAddress, parsePrefixes, type Prefix } from "../shared/azure/prefix.ts";
import { within } from "../shared/azure/addressRange.ts";
import type { AddressRow, SubnetRow } from "../shared/inventory/model.ts";
import { liveClaims } from "../shared/inventory/obstacle.ts";
import { serviceName } from "../shared/inventory/owner.ts";
import { listSubnets } from "../shared/inventory/subnets.ts";
import { canonicalId, resourceName } from "../shared/azure/resourceId.ts";
import type { Run } from "../shared/ports/ports.ts";
import { keyOf } from "./key.ts";
import type { SearchHit } from "./model.ts";
import { recently } from "./recent.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

const AT_ONCE = 8;

/** Used addresses that equal the text or start with it; a complete address is found even if it is free. */
export async function addressHits(run: Run, text: string, most: number): Promise<SearchHit[]> {
  const searched = rangeOf(text);
  if (!searched) return [];
  const subnets = await recently(run, "subnets", () => listSubnets(run));
  const places = subnets.flatMap((subnet) =>
    within(parsePrefixes(subnet.prefixes), [searched]).map((range) => ({ subnet, range, most })),
  );
  const hits: SearchHit[] = [];
  // Virtual networks may have the same addresses: some are read in parallel, and no more once there are
  // enough hits.
  for (let at = 0; at < places.length && hits.length < most; at += AT_ONCE) {
    const found = await waitForAll(places.slice(at, at + AT_ONCE).map((place) => hitsIn(run, place)));
    hits.push(...found.flat());
  }
  return hits.slice(0, most);
}

/** `10.1.` means every address that starts with it; text without a dot is not an address. */
function rangeOf(text: string): Prefix | undefined {
  const exact = parseAddress(text);
  if (exact) return { family: exact.family, first: exact.value, last: exact.value };
  if (!/^\d{1,3}(\.\d{1,3}){0,2}\.$/.test(text)) return undefined;
  const parts = text.split(".").slice(0, -1);
  const [first, last] = ["0", "255"].map((fill) =>
    parseAddress([...parts, fill, fill, fill].slice(0, 4).join(".")),
  );
  return first && last && { family: "IPv4", first: first.value, last: last.value };
}

interface Looking {
  readonly subnet: SubnetRow;
  readonly range: Prefix;
  readonly most: number;
}

async function hitsIn(run: Run, { subnet, range, most }: Looking): Promise<SearchHit[]> {
  const text = (value: bigint) => formatAddress({ family: range.family, value });
  const keys = { from: addressKey(text(range.first)), to: addressKey(text(range.last)) };
  const hits: SearchHit[] = [];
  for await (const { value } of run.ports.tables.addresses.list(canonicalId(subnet.id), keys)) {
    hits.push(hit(subnet, value.address, holderOf(run, value)));
    if (hits.length >= most) return hits;
  }
  return range.first === range.last && hits.length === 0 ? [hit(subnet, text(range.first), "free")] : hits;
}

function holderOf(run: Run, row: AddressRow): string {
  const { assignment } = row;
  if (assignment) return resourceName(assignment.holderId);
  const [claim] = liveClaims(row, run.now().toISOString());
  if (!claim) return "free";
  const disagrees = claim.problem ? ", but Azure reports it as unavailable" : "";
  return `claimed by ${serviceName(claim.owner)}${disagrees}`;
}

function hit(subnet: SubnetRow, address: string, detail: string): SearchHit {
  const href = `#/subnets/${keyOf(subnet.id)}?address=${encodeURIComponent(address)}`;
  return { kind: "address", title: address, detail: `${detail} · ${subnet.name}`, href };
}
