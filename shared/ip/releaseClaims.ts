/**
 * Ends claims that an operator names, of Services that will not come back: their cluster is lost, or admission saw what never came to be.
 * What Azure has is not touched, and an assignment stays until scans see that it was removed.
 */
import type * as z from "zod";
import { formatAddress, parseAddress } from "../azure/prefix.ts";
import { Conflict, InvalidInput, Refused } from "../core/errors.ts";
import { unknownName } from "../core/filters.ts";
import { dropClaims } from "../inventory/dropClaims.ts";
import type { Claim } from "../inventory/model.ts";
import { sameOwner, serviceName } from "../inventory/owner.ts";
import { addressPlace, type Place } from "../inventory/places.ts";
import { listSubnets } from "../inventory/subnets.ts";
import type { Run } from "../ports/ports.ts";
import { mapAtMost } from "../core/waitForAll.ts";
import type { NewRelease, ReleasedClaims, ServiceClaim } from "./model.ts";
import { createShower, placeOf, type FoundUse, type Shower } from "./showUse.ts";
import { isNetwork, listNameSources, sourceOf, unknownNetwork } from "./sources.ts";

const AT_ONCE = 8;

export type Release = z.infer<typeof NewRelease> & {
  /** As signed in. */
  readonly who: string;
};

export interface PlannedRelease {
  /** The claims that would end. */
  readonly shown: ReleasedClaims;
  /** Ends them, and no others. @throws Conflict if one of them changed meanwhile: nothing, or only the others, ended */
  readonly carryOut: () => Promise<ReleasedClaims>;
}

/**
 * @throws InvalidInput if nothing of that name is claimed, or several are · Refused if a claim is of a living Service and the release is not
 * forced
 */
export async function planRelease(run: Run, release: Release): Promise<PlannedRelease> {
  const shower = await createShower(run);
  const found = only(release, await findPlaces(run, release, shower));
  const claims = claimsOf(found, release);
  const place = placeOf(found);
  const judged = await mapAtMost(AT_ONCE, claims, (one) => shower.claim(one, place));
  refuseLiving(place.text, judged, release);
  const shown = { ...(await shower.show(found)), claims: judged, released: false };
  return { shown, carryOut: () => end(run, release, { place, claims, shown }) };
}

interface Ending {
  readonly place: Place;
  readonly claims: readonly Claim[];
  readonly shown: ReleasedClaims;
}

async function end(run: Run, release: Release, { place, claims, shown }: Ending): Promise<ReleasedClaims> {
  const record = await keepRecord(run, release, { ...shown, partition: place.partition, key: place.key });
  const ended = await dropClaims(run, place, (one) => claims.some((judged) => isSameClaim(judged, one)));
  if (ended !== claims.length) throw new Conflict(`the claims of ${place.text} changed: look again`);
  const services = shown.claims.map(({ service }) => service);
  run.log.warn("claims released", { who: release.who, place: place.text, services, record });
  return { ...shown, released: true, record };
}

async function findPlaces(run: Run, { place, vnet }: Release, shower: Shower): Promise<FoundUse[]> {
  const address = parseAddress(place);
  const found = address
    ? await findAddresses(run, formatAddress(address), vnet)
    : await findNames(run, place, shower);
  return found.filter(({ row }) => row.claims !== undefined && row.claims.length > 0);
}

async function findAddresses(run: Run, address: string, vnet: string | undefined): Promise<FoundUse[]> {
  const all = await listSubnets(run);
  const subnets = vnet === undefined ? all : all.filter((one) => isNetwork(one, vnet));
  if (vnet !== undefined && subnets.length === 0) throw new InvalidInput(unknownNetwork(all, vnet));
  const rows = await mapAtMost(AT_ONCE, subnets, async (subnet): Promise<FoundUse[]> => {
    const { partition, key } = addressPlace(subnet.id, address);
    const row = await run.ports.tables.addresses.get(partition, key);
    return row ? [{ source: sourceOf(subnet), key, row: row.value }] : [];
  });
  return rows.flat();
}

async function findNames(run: Run, text: string, { services }: Shower): Promise<FoundUse[]> {
  const wanted = text.toLowerCase();
  const found: FoundUse[] = [];
  for (const source of await listNameSources(run))
    for await (const { key, value } of run.ports.tables.addresses.list(source.partition)) {
      if (key !== wanted && !key.endsWith(`/${wanted}`)) continue;
      const pls = "subscription" in source ? services.plsAt(source.subscription, key) : undefined;
      found.push({ source, key, row: value, ...(pls && { pls }) });
    }
  return found;
}

/** @throws InvalidInput */
function only({ place }: Release, found: readonly FoundUse[]): FoundUse {
  const [one, other] = found;
  if (!one) throw new InvalidInput(`no Service claims ${place}; \`mooring ip find\` searches all claims`);
  if (!other) return one;
  const names = found.map(({ source, key }) => ("subnet" in source ? source.subnet.id : key));
  const how = "subnet" in one.source ? "name the virtual network" : "name it as resource group/name";
  throw new InvalidInput(`${place} may be ${names.join(" or ")}: ${how}`);
}

/** Of the Service that the release names, or all. @throws InvalidInput if that Service does not claim it */
function claimsOf({ row: { address, claims = [] } }: FoundUse, { service }: Release): readonly Claim[] {
  if (service === undefined) return claims;
  const own = claims.filter(({ owner }) => serviceName(owner) === service);
  if (own.length > 0) return own;
  const names = claims.map(({ owner }) => serviceName(owner));
  throw new InvalidInput(
    unknownName(service, `claim of ${address} by`, names) ?? `${service} does not claim ${address}`,
  );
}

function refuseLiving(address: string, claims: readonly ServiceClaim[], { force }: Release): void {
  if (force) return;
  const [living] = claims.filter(({ state, status }) => state === "confirmed" && status === "living");
  if (!living) return;
  const { service, silentSince } = living;
  const [cluster = ""] = service.split("/");
  throw new Refused(`${address} is declared by Service ${service}, ${whyNot(cluster, silentSince)}`);
}

function whyNot(cluster: string, silentSince: string | undefined): string {
  if (silentSince === undefined)
    return "which is living: delete the Service or its annotation, or force the release";
  const since = silentSince === "never" ? "has never reported" : `has not reported since ${silentSince}`;
  return `whose cluster ${cluster} ${since}: if the cluster was deleted, remove its registration, or force the release`;
}

/** A claim that was confirmed, proposed again or written again since it was judged is another one. */
function isSameClaim(a: Claim, b: Claim): boolean {
  if (!sameOwner(a.owner, b.owner)) return false;
  if (a.state === "proposed") return b.state === "proposed" && a.expiresAtUtc === b.expiresAtUtc;
  return b.state === "confirmed" && a.sequence === b.sequence;
}

/** Before the claims end: whatever happens in between, who did it is kept. */
async function keepRecord(
  run: Run,
  { who, reason, force }: Release,
  { released: _not, ...shown }: ReleasedClaims & Pick<Place, "partition" | "key">,
): Promise<string> {
  const releasedAtUtc = run.now().toISOString();
  const name = `released/${releasedAtUtc}-${run.newId()}.json`;
  await run.ports.states.save(name, { who, reason, force, releasedAtUtc, ...shown });
  return name;
}
