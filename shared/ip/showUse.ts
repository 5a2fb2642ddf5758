/** One recorded address or name with everything that is recorded: what has it in Azure, and which Services declare it. */
import { claimantsOf, type Claimants } from "../inventory/endClaims.ts";
import { silentSinceOf, statusOf } from "../inventory/claimStatus.ts";
import type { AddressRow, Claim, PlsRow } from "../inventory/model.ts";
import { liveClaims } from "../inventory/obstacle.ts";
import { serviceName } from "../inventory/owner.ts";
import type { Place } from "../inventory/places.ts";
import { holderName } from "../azure/holderName.ts";
import { resourceName } from "../azure/resourceId.ts";
import { readPolicy } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import type { AzureHolder, PlaceUse, ServiceClaim } from "./model.ts";
import { readServices, type Services } from "./services.ts";
import type { Source } from "./sources.ts";

/** A row that is in use: Azure has it, or a live claim. */
export interface FoundUse {
  readonly source: Source;
  readonly key: string;
  readonly row: AddressRow;
  /** Of a name: the Private Link Service that has it. */
  readonly pls?: PlsRow;
}

/** What uses are shown with, read once. */
export interface Shower {
  readonly services: Services;
  show(found: FoundUse): Promise<PlaceUse>;
  claim(claim: Claim, place: Place): Promise<ServiceClaim>;
}

/** @param reading Services that were read a moment ago, if they were */
export async function createShower(run: Run, reading?: Promise<Services>): Promise<Shower> {
  const [services, { policy }] = await waitForAll([reading ?? readServices(run), readPolicy(run)]);
  const claimants = claimantsOf(run);
  const claim = (one: Claim, place: Place) =>
    showClaim(run, one, { place, claimants, staleMinutes: policy.staleMinutes });
  return { services, claim, show: (found) => showUse(run, found, { services, claim }) };
}

async function showUse(
  run: Run,
  found: FoundUse,
  { services, claim }: Pick<Shower, "services" | "claim">,
): Promise<PlaceUse> {
  const { row } = found;
  const live = liveClaims(row, run.now().toISOString());
  const place = placeOf(found);
  const holder = holderOf(found, services);
  const isDeclared = live.some(({ state }) => state === "confirmed");
  return {
    ...whereIs(found),
    place: row.address,
    state: holder ? "assigned" : isDeclared ? "declared" : "claimed",
    ...(holder && { holder }),
    claims: await waitForAll(live.map((one) => claim(one, place))),
  };
}

export function placeOf({ source, key, row }: FoundUse): Place {
  return { partition: source.partition, key, text: row.address };
}

function whereIs({ source, key }: FoundUse): Pick<PlaceUse, "kind" | "subnet" | "vnet" | "resourceGroup"> {
  if ("subnet" in source) {
    const { name, vnetId } = source.subnet;
    return { kind: "address", subnet: name, vnet: resourceName(vnetId) };
  }
  return { kind: "plsName", resourceGroup: key.split("/")[0] ?? "" };
}

/** `undefined` if nothing in Azure has it. Pure. */
export function holderOf(
  { row: { assignment }, pls }: Pick<FoundUse, "row" | "pls">,
  services: Services,
): AzureHolder | undefined {
  const id = assignment?.holderId ?? pls?.id;
  if (id === undefined) return undefined;
  const service = services.of(id);
  return {
    id,
    name: holderName(id),
    ...(service !== undefined && { service }),
    ...(assignment && { sinceUtc: assignment.seenAtUtc }),
  };
}

interface Judging {
  readonly place: Place;
  readonly claimants: Claimants;
  readonly staleMinutes: number;
}

async function showClaim(
  run: Run,
  claim: Claim,
  { place, claimants, staleMinutes }: Judging,
): Promise<ServiceClaim> {
  const { owner, state, sinceUtc, replaces } = claim;
  const claimant = await claimants(owner.cluster);
  const status = await statusOf(run, claim, { place, claimant });
  const silentSince = claimant && silentSinceOf(run, claimant, staleMinutes);
  return {
    service: serviceName(owner),
    uid: owner.uid,
    state,
    status,
    sinceUtc,
    ...(claim.state === "proposed" && { expiresAtUtc: claim.expiresAtUtc }),
    ...(replaces !== undefined && { replaces }),
    ...(silentSince !== undefined && { silentSince }),
  };
}
