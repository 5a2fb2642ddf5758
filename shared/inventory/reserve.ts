/**
 * Reserves addresses for a Service: all of them or none. One Table transaction per subnet, insert first; what an earlier subnet gave is
 * given back when a later one refuses, and a crash in between leaves reservations that expire. Called by the gate; never asks
 * Azure. Two owners for one address are impossible: a row is made by insert-if-absent and changed by version.
 */
import { addressKey } from "../addresses/key.ts";
import { Conflict } from "../errors.ts";
import type { ServiceKey } from "../intents/model.ts";
import { canonicalId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import type { Row, Write } from "../storage/table.ts";
import type { AddressRow, Reservation } from "./model.ts";
import { findObstacle, liveReservations, type Obstacle, type Want } from "./obstacle.ts";
import { sameService } from "./owner.ts";
import { waitForAll } from "../waitForAll.ts";

export interface ReservationRequest<W extends Want = Want> {
  readonly owner: ServiceKey;
  readonly expiresAtUtc: string;
  readonly wants: readonly W[];
}

export interface Taken<W extends Want = Want> {
  readonly want: W;
  readonly row: AddressRow;
  readonly obstacle: Obstacle;
}

/** Two writers at the same row settle within a round each; more rounds than this mean something else is wrong. */
const MAX_ROUNDS = 5;

/** Empty if every address is now the owner's, else everything that stands in the way. @throws Conflict if the rows keep changing underneath */
export async function reserve<W extends Want>(
  run: Run,
  request: ReservationRequest<W>,
): Promise<readonly Taken<W>[]> {
  const taken = await reserveAll(run, request);
  const { metrics } = run.ports;
  if (taken.length > 0) metrics.record("mooring.reservations", taken.length, { outcome: "refused" });
  else metrics.record("mooring.reservations", request.wants.length, { outcome: "reserved" });
  return taken;
}

async function reserveAll<W extends Want>(
  run: Run,
  request: ReservationRequest<W>,
): Promise<readonly Taken<W>[]> {
  const parts = bySubnet(request);
  const given: Given[] = [];
  for (const part of parts) {
    const outcome = await reserveInSubnet(run, part);
    if (!outcome.ok) {
      await waitForAll(given.map((one) => giveBack(run, one)));
      const rest = parts.slice(parts.indexOf(part) + 1);
      return [...outcome.taken, ...(await waitForAll(rest.map((one) => findTaken(run, one)))).flat()];
    }
    given.push({ part, before: outcome.before });
  }
  return [];
}

/** What would refuse the request, read only: what a dry run may know. */
export async function findTaken<W extends Want>(
  run: Run,
  request: ReservationRequest<W>,
): Promise<readonly Taken<W>[]> {
  return takenOf(run, request, await readRows(run, request));
}

/** In a fixed order, so that two Services never hold what the other waits for. */
function bySubnet<W extends Want>(request: ReservationRequest<W>): ReservationRequest<W>[] {
  const subnets = Map.groupBy(request.wants, ({ subnetId }) => canonicalId(subnetId));
  return [...subnets].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, wants]) => ({ ...request, wants }));
}

type Rows = readonly (Row<AddressRow> | undefined)[];
type Outcome<W extends Want> =
  { readonly ok: true; readonly before: Rows } | { readonly ok: false; readonly taken: readonly Taken<W>[] };

async function reserveInSubnet<W extends Want>(
  run: Run,
  request: ReservationRequest<W>,
): Promise<Outcome<W>> {
  let before: Rows = request.wants.map(() => undefined);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const writes = request.wants.map((want, index) => writeFor(run, { request, want }, before[index]));
    if ((await run.ports.tables.addresses.transact(partitionOf(request), writes)).ok)
      return { ok: true, before };
    before = await readRows(run, request);
    const taken = takenOf(run, request, before);
    if (taken.length > 0) return { ok: false, taken };
  }
  throw new Conflict(`the rows of ${request.wants.map(({ address }) => address).join(", ")} keep changing`);
}

function partitionOf({ wants }: ReservationRequest): string {
  return canonicalId(wants[0]?.subnetId ?? "");
}

function readRows(run: Run, { wants }: ReservationRequest): Promise<Rows> {
  const { addresses } = run.ports.tables;
  return waitForAll(
    wants.map(({ subnetId, address }) => addresses.get(canonicalId(subnetId), addressKey(address))),
  );
}

function takenOf<W extends Want>(run: Run, { owner, wants }: ReservationRequest<W>, rows: Rows): Taken<W>[] {
  const nowUtc = run.now().toISOString();
  return wants.flatMap((want, index) => {
    const row = rows[index]?.value;
    const obstacle = row && findObstacle(row, want, { owner, nowUtc });
    return obstacle ? [{ want, row, obstacle }] : [];
  });
}

function writeFor(
  run: Run,
  { request: { owner, expiresAtUtc }, want }: { request: ReservationRequest; want: Want },
  row: Row<AddressRow> | undefined,
): Write<AddressRow> {
  const { address, ports } = want;
  const mine: Reservation = { owner, expiresAtUtc, ...(ports && { ports }) };
  if (!row) return { do: "insert", key: addressKey(address), value: { address, reservations: [mine] } };
  const others = liveReservations(row.value, run.now().toISOString()).filter((one) =>
    staysBeside(one, owner),
  );
  const value = { ...row.value, reservations: [...others, mine] };
  return { do: "replace", key: row.key, value, version: row.version };
}

/** Of others, and not overruled: see `findObstacle`. */
function staysBeside(one: Reservation, owner: ServiceKey): boolean {
  return !sameService(one.owner, owner) && one.owner.cluster === owner.cluster;
}

interface Given {
  readonly part: ReservationRequest;
  readonly before: Rows;
}

/** If somebody writes the row at the same moment ours stays, and expires by itself. */
async function giveBack(run: Run, { part, before }: Given): Promise<void> {
  const now = await readRows(run, part);
  for (const [index, row] of now.entries()) {
    const isOurs = row?.value.reservations?.some(
      ({ owner, expiresAtUtc }) => sameService(owner, part.owner) && expiresAtUtc === part.expiresAtUtc,
    );
    if (!row || !isOurs) continue;
    const write = withoutOurs(row, before[index]?.value, part.owner);
    await run.ports.tables.addresses.transact(partitionOf(part), [write]);
  }
}

/** The row without what we wrote, with what we wrote over; what others were promised since stays. */
function withoutOurs(
  { key, version, value }: Row<AddressRow>,
  before: AddressRow | undefined,
  owner: ServiceKey,
): Write<AddressRow> {
  const { reservations: all = [], ...rest } = value;
  const overwritten = (before?.reservations ?? []).filter((one) => !staysBeside(one, owner));
  const reservations = [...overwritten, ...all.filter((one) => !sameService(one.owner, owner))];
  if (reservations.length > 0) return { do: "replace", key, version, value: { ...rest, reservations } };
  return rest.assignment ? { do: "replace", key, version, value: rest } : { do: "remove", key, version };
}
