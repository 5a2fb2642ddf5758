/** Chooses and claims addresses for a Service with `mooring.dev/address: auto`. */
import { ANNOTATIONS } from "../kubernetes/annotations.ts";
import { AUTO, OWN_ANNOTATIONS } from "../kubernetes/ownAnnotations.ts";
import { contains, formatAddress, parseAddress, parsePrefixes } from "../azure/prefix.ts";
import { usableRanges, within, without, type Range } from "../azure/addressRange.ts";
import type { Cluster } from "../declarations/clusterModel.ts";
import type { ServiceKey } from "../kubernetes/intent.ts";
import { findFree } from "../inventory/free.ts";
import type { SubnetRow } from "../inventory/model.ts";
import { countWhile } from "../inventory/claimQuota.ts";
import { liveClaims } from "../inventory/obstacle.ts";
import { sameService } from "../inventory/owner.ts";
import { addressPlace, findSubnet, MOST_ADDRESSES } from "../inventory/places.ts";
import { takeClaims, type Outcome } from "../inventory/takeClaims.ts";
import type { Run } from "../ports/ports.ts";
import { cachedPolicy, proposalEnd } from "./cached.ts";
import { poolsFor, rangesOf, type Pool } from "./pools.ts";
import type { RuleInput } from "./rule.ts";
import { PLS, validAddresses } from "./rules/requested.ts";
import { subnetsWithRoom } from "./rules/subnet.ts";

/** How many candidates are tried: concurrent requests may claim the same ones. */
const CANDIDATES = 8;

export interface Choosing {
  readonly cluster: Cluster;
  readonly owner: ServiceKey;
  readonly input: RuleInput;
  readonly dryRun: boolean;
}

/** Annotations to write, or why nothing can be chosen. */
export type Chosen =
  | { readonly ok: true; readonly annotations: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly message: string };

const NOTHING: Chosen = { ok: true, annotations: {} };

export async function chooseAddresses(run: Run, choosing: Choosing): Promise<Chosen> {
  const { input, cluster, owner } = choosing;
  if (input.annotations[OWN_ANNOTATIONS.address.key] !== AUTO || !input.intent.internal) return NOTHING;
  // Never scanned: no address can be proved free. Rule address-auto-ignored then reports that none was assigned.
  if (!input.inventory) return NOTHING;
  const families = input.intent.ipFamilies.filter((family) => !input.intent.addresses[fieldOf(family)]);
  if (families.length === 0) return NOTHING;
  const { policy } = await cachedPolicy(run);
  const place = placeIn(input, poolsFor(policy, { cluster: cluster.name, namespace: owner.namespace }));
  if (!place.ok) return place;
  const chosen: Record<string, string> = { ...place.annotations };
  for (const family of families) {
    const address = await chooseOne(run, { ...choosing, ...place, family });
    if (address === undefined) return { ok: false, message: noneLeft(input, place, family) };
    chosen[ANNOTATIONS[fieldOf(family)].key] = address;
  }
  return { ok: true, annotations: chosen };
}

function fieldOf(family: "IPv4" | "IPv6"): "ipv4" | "ipv6" {
  return family === "IPv4" ? "ipv4" : "ipv6";
}

interface Place {
  readonly ok: true;
  readonly subnet: SubnetRow;
  readonly pool: Pool | undefined;
  /** The pool's subnet, for a Service that names none. */
  readonly annotations: Readonly<Record<string, string>>;
}

function placeIn(input: RuleInput, pools: readonly Pool[]): Place | { ok: false; message: string } {
  const name = input.annotations[OWN_ANNOTATIONS.addressPool.key];
  const pool = pools.find((one) => one.name === name);
  if (name !== undefined && !pool) return { ok: false, message: unknownPool(name, pools) };
  const wanted = subnetNameFor(input, pool);
  if (pool?.subnet !== undefined && pool.subnet.toLowerCase() !== wanted.toLowerCase())
    return {
      ok: false,
      message: `${OWN_ANNOTATIONS.addressPool.key}: pool ${pool.name} is in subnet ${pool.subnet}, but the Service requests subnet ${input.intent.subnet}`,
    };
  const subnet = findSubnet(input.inventory?.subnets ?? [], wanted);
  if (!subnet)
    return {
      ok: false,
      message: `cannot choose an address: subnet "${wanted}" is not in the inventory`,
    };
  const isNamed = input.intent.subnet !== undefined || pool?.subnet === undefined;
  return {
    ok: true,
    subnet,
    pool,
    annotations: isNamed ? {} : { [ANNOTATIONS.internalSubnet.key]: subnet.name },
  };
}

function unknownPool(name: string, pools: readonly Pool[]): string {
  const names = pools.map((one) => one.name).join(", ") || "none";
  return `${OWN_ANNOTATIONS.addressPool.key}: pool "${name}" not found for this namespace; available: ${names}`;
}

/** Of the Service, else of its pool, else of its cluster. */
function subnetNameFor({ intent, inventory }: RuleInput, pool: Pool | undefined): string {
  return intent.subnet ?? pool?.subnet ?? inventory?.subnetName ?? "";
}

interface One extends Choosing, Place {
  readonly family: "IPv4" | "IPv6";
}

/** The address that the Service has already, else the first free one. */
async function chooseOne(run: Run, one: One): Promise<string | undefined> {
  const { subnet, family, input, owner, dryRun } = one;
  const live = input.old?.intent.internal
    ? input.old.liveAddresses.find((text) => isIn(subnet, family, text))
    : undefined;
  if (live !== undefined) return live;
  const ranges = rangesFor(one).filter((range) => range.family === family);
  const [first] = ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1));
  if (!first) return undefined;
  const nowUtc = run.now().toISOString();
  const { addresses } = await findFree(run, {
    subnet,
    ranges,
    // One below the lowest address, so that the lowest free one is the nearest.
    wanted: { family, value: first.first - 1n },
    limit: CANDIDATES,
    // Claimed by an earlier attempt of the same Service.
    isOwn: (row) =>
      !row.assignment && liveClaims(row, nowUtc).some((claim) => sameService(claim.owner, owner)),
  });
  const candidates = addresses.map(formatAddress);
  return dryRun ? candidates[0] : firstClaimed(run, one, candidates);
}

function isIn(subnet: SubnetRow, family: "IPv4" | "IPv6", text: string): boolean {
  const address = parseAddress(text);
  return (
    address?.family === family && parsePrefixes(subnet.prefixes).some((prefix) => contains(prefix, address))
  );
}

function rangesFor({ subnet, pool, input }: One): Range[] {
  const others = validAddresses(PLS, input).slice(0, MOST_ADDRESSES);
  const forPls = others.map(({ address: { family, value } }) => ({ family, first: value, last: value }));
  const usable = without(usableRanges(subnet.prefixes), [
    ...parsePrefixes(input.allowed.excludedRanges),
    ...forPls,
  ]);
  return pool ? within(usable, rangesOf(pool)) : usable;
}

async function firstClaimed(run: Run, one: One, candidates: readonly string[]): Promise<string | undefined> {
  for (const address of candidates) {
    const outcome = await claimOne(run, one, address);
    if (outcome !== "taken") return outcome === "claimed" ? address : undefined;
  }
  return undefined;
}

/** Claims the address without ports, so that no other Service that chooses at the same time can share it. */
async function claimOne(
  run: Run,
  { owner, subnet }: One,
  address: string,
): Promise<"claimed" | "taken" | "over quota"> {
  const expiresAtUtc = await proposalEnd(run);
  const { claims: limits } = (await cachedPolicy(run)).policy;
  const want = { ...addressPlace(subnet.id, address), mayShare: () => false };
  let outcome: Outcome | undefined;
  const counted = { owner, subnet, places: [want], expiresAtUtc, limits };
  const exceeded = await countWhile(run, [counted], async () => {
    outcome = await takeClaims(run, { owner, expiresAtUtc, wants: [want] });
    return outcome.taken.length === 0;
  });
  if (exceeded.length === 0) return outcome?.taken.length === 0 ? "claimed" : "taken";
  await outcome?.undo();
  return "over quota";
}

function noneLeft(input: RuleInput, { subnet, pool }: Place, family: string): string {
  const where = pool ? `pool ${pool.name} (${pool.ranges.join(", ")})` : `subnet ${subnet.name}`;
  const others = subnetsWithRoom(input).filter(({ name }) => name !== subnet.name);
  const room =
    !pool && others.length > 0
      ? `; subnets with free addresses: ${others.map(({ name }) => name).join(", ")}`
      : "";
  return `${OWN_ANNOTATIONS.address.key}: ${where} has no free ${family} address${room}`;
}
