/**
 * Reserves what a change gives to a resource, before the change is written. Since the resource was deleted its
 * addresses, ports and name may have been admitted for a Service, which Azure does not show yet.
 */
import { holderName } from "../azure/holderName.ts";
import { canonicalId, parseResourceId } from "../azure/resourceId.ts";
import { Conflict } from "../core/errors.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { OWNER_TAG } from "../declarations/plsOwner.ts";
import type { ProposedClaim } from "../inventory/mergeClaims.ts";
import type { AddressRow, PlsRow } from "../inventory/model.ts";
import { liveClaims } from "../inventory/obstacle.ts";
import { plsKey } from "../inventory/scanPrivateLinkServices.ts";
import type { Run } from "../ports/ports.ts";
import type { JsonObject, Resource } from "../ports/resources.ts";
import type { Row, Write } from "../ports/table.ts";
import { frontendIdsOf, givenBy, isOfUndo, obstacleTo, type Given } from "./given.ts";
import type { Change } from "./plan.ts";

/** Others write the same row in each round that fails; more rounds than this indicate another problem. */
const MAX_ROUNDS = 10;
/** Longer than admission caches Private Link Services. */
const NAME_CLAIM_MILLISECONDS = 60_000;

/** What prevents the change, one sentence each; empty if nothing does. Writes nothing. */
export async function takenSince(
  run: Run,
  change: Change,
  actual: Resource | undefined,
): Promise<readonly string[]> {
  const problems = await waitForAll(
    givenBy(change, actual).map(async (one) => problemOf(run, one, await readRow(run, one))),
  );
  return problems.flatMap((one) => one ?? []);
}

/**
 * Records the addresses and ports as assigned and the name as used, so that admission refuses them from now on. If
 * the write fails, the next scans release them, and the claim of the name expires. @returns what prevents it, one sentence each; then nothing of the
 * rest is recorded either @throws Conflict if a row keeps changing
 */
export async function reserve(
  run: Run,
  change: Change,
  actual: Resource | undefined,
): Promise<readonly string[]> {
  const problems = await takenSince(run, change, actual);
  if (problems.length > 0) return problems;
  for (const one of givenBy(change, actual)) {
    const problem = await reserveOne(run, change, one);
    if (problem !== undefined) return [problem];
  }
  return [];
}

async function reserveOne(run: Run, change: Change, given: Given): Promise<string | undefined> {
  const { addresses } = run.ports.tables;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const row = await readRow(run, given);
    const problem = problemOf(run, given, row);
    if (problem !== undefined) return problem;
    const write = writeFor(run, { change, given, row });
    if (!write || (await addresses.transact(given.place.partition, [write])).ok)
      return recordName(run, change, given);
  }
  throw new Conflict(`the row of ${given.place.text} keeps changing`);
}

function readRow(run: Run, { place }: Given): Promise<Row<AddressRow> | undefined> {
  return run.ports.tables.addresses.get(place.partition, place.key);
}

interface Reserving {
  readonly change: Change;
  readonly given: Given;
  readonly row: Row<AddressRow> | undefined;
}

/** `undefined` if there is nothing to record. */
function writeFor(run: Run, reserving: Reserving): Write<AddressRow> | undefined {
  const { given, row } = reserving;
  const { key, text } = given.place;
  const value = reserved(run, reserving, row?.value ?? { address: text });
  if (!value) return undefined;
  return row ? { do: "replace", key, version: row.version, value } : { do: "insert", key, value };
}

/** With the address and its rules as they will be in Azure, or with the claim of the name. */
function reserved(run: Run, { change, given }: Reserving, value: AddressRow): AddressRow | undefined {
  const { what, holderId, uses } = given;
  const nowUtc = run.now().toISOString();
  if (what === "address")
    return { ...value, assignment: { holderId, seenAtUtc: nowUtc, ...(uses.length > 0 && { uses }) } };
  if (what === "ports") return withUses(value, uses);
  const claim = claimOfName(run, change);
  const others = liveClaims(value, nowUtc).filter((one) => !isOfUndo(one, holderId));
  return claim && { ...value, claims: [...others, claim] };
}

/** Before the first scan of the frontend there is no assignment to add to. */
function withUses({ assignment, ...rest }: AddressRow, uses: Given["uses"]): AddressRow | undefined {
  if (!assignment) return undefined;
  const kept = (assignment.uses ?? []).filter(({ rule }) => !uses.some((one) => one.rule === rule));
  return { ...rest, assignment: { ...assignment, uses: [...kept, ...uses] } };
}

/**
 * Admission may not see the recorded name yet: it caches Private Link Services. The claim prevents another Service
 * from getting the name. `undefined` for a Private Link Service of no Service.
 */
function claimOfName(run: Run, { cluster, resourceId, ...change }: Change): ProposedClaim | undefined {
  const [namespace = "", name = ""] = ownerTagOf(change)?.split("/") ?? [];
  if (change.action !== "create" || name === "") return undefined;
  const now = run.now();
  const end = new Date(now.getTime() + NAME_CLAIM_MILLISECONDS);
  return {
    owner: { cluster, namespace, name, uid: "" },
    state: "proposed",
    restores: canonicalId(resourceId),
    sinceUtc: now.toISOString(),
    expiresAtUtc: end.toISOString(),
  };
}

function ownerTagOf(change: Pick<Change, "action"> & { readonly body?: JsonObject }): string | undefined {
  const tags = change.body?.["tags"] as Readonly<Record<string, string>> | undefined;
  return tags?.[OWNER_TAG];
}

/** The row of the next scan replaces it, and if the Private Link Service was not created, removes it. */
async function recordName(run: Run, change: Change, { what, holderId, place }: Given): Promise<undefined> {
  if (what !== "name" || change.action !== "create") return undefined;
  const owner = ownerTagOf(change);
  const value: PlsRow = {
    id: holderId,
    name: place.text,
    ...(owner !== undefined && { owner }),
    frontendIds: frontendIdsOf(change.body),
    frontendAddresses: [],
    consumers: [],
  };
  const subscription = parseResourceId(holderId)?.subscription.toLowerCase() ?? "";
  // A row that exists protects the name as well.
  await run.ports.tables.privateLinkServices.transact(subscription, [
    { do: "insert", key: plsKey(holderId), value },
  ]);
  return undefined;
}

function problemOf(run: Run, given: Given, row: Row<AddressRow> | undefined): string | undefined {
  const obstacle = row && obstacleTo(given, row.value, run.now().toISOString());
  if (!obstacle) return undefined;
  const what = given.what === "ports" ? `a port of ${given.place.text}` : given.place.text;
  if ("holderId" in obstacle) return `${what} is in use by ${holderName(obstacle.holderId)}`;
  const { cluster, namespace, name } = obstacle.claim.owner;
  return `${what} is declared by Service ${cluster}/${namespace}/${name}: delete that Service or change its declaration first`;
}
