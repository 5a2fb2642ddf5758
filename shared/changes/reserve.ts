/**
 * Reserves what a change gives to a resource, before the change is written. Since the resource was deleted its
 * addresses, ports and name may have been admitted for a Service, which Azure does not show yet.
 */
import { holderName } from "../azure/holderName.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import { Conflict } from "../core/errors.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { OWNER_TAG } from "../declarations/plsOwner.ts";
import { withProposed, type ProposedClaim } from "../inventory/mergeClaims.ts";
import type { AddressRow, PlsRow } from "../inventory/model.ts";
import { plsKey } from "../inventory/scanPrivateLinkServices.ts";
import type { Run } from "../ports/ports.ts";
import type { JsonObject, Resource } from "../ports/resources.ts";
import type { Row, Write } from "../ports/table.ts";
import { frontendIdsOf, givenBy, obstacleTo, type Given } from "./given.ts";
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
 * Records the addresses as assigned and the name as used, so that admission refuses them from now on. If the
 * write fails, the next scans release them. @returns what prevents it, one sentence each; then nothing of the
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

/** `undefined` if there is nothing to record: ports of a frontend are in Azure, and a name without an owner is of no Service. */
function writeFor(run: Run, { change, given, row }: Reserving): Write<AddressRow> | undefined {
  const { what, holderId, place } = given;
  const nowUtc = run.now().toISOString();
  const value: AddressRow = row?.value ?? { address: place.text };
  const write = (changed: AddressRow): Write<AddressRow> =>
    row
      ? { do: "replace", key: place.key, version: row.version, value: changed }
      : { do: "insert", key: place.key, value: changed };
  if (what === "address") return write({ ...value, assignment: { holderId, seenAtUtc: nowUtc } });
  const claim = what === "name" ? claimOfName(run, change) : undefined;
  return claim && write(withProposed(value, claim, nowUtc));
}

/** Admission may not see the recorded name yet: it caches Private Link Services. The claim prevents another Service from getting it. */
function claimOfName(run: Run, { cluster, ...change }: Change): ProposedClaim | undefined {
  const [namespace = "", name = ""] = ownerTagOf(change)?.split("/") ?? [];
  if (change.action !== "create" || name === "") return undefined;
  const now = run.now();
  const end = new Date(now.getTime() + NAME_CLAIM_MILLISECONDS);
  return {
    owner: { cluster, namespace, name, uid: "" },
    state: "proposed",
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
