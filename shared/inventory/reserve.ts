/**
 * Reserves addresses for a Service: all of them or none, one Table transaction per subnet, insert first. Called by the gate;
 * never asks Azure. Two owners for one address are impossible: a row is made by insert-if-absent and changed by version.
 */
import { addressKey } from "../addresses/key.ts";
import { Conflict } from "../errors.ts";
import type { ServiceKey } from "../intents/model.ts";
import { canonicalId } from "../network/resourceId.ts";
import type { Run } from "../ports.ts";
import type { Row, Write } from "../storage/table.ts";
import type { AddressRow } from "./model.ts";
import { sameService } from "./owner.ts";

export interface ReservationRequest {
  readonly subnetId: string;
  /** Valid addresses, one per family. */
  readonly addresses: readonly string[];
  readonly owner: ServiceKey;
  readonly expiresAtUtc: string;
  /** True if the holder is a frontend that this cluster's Services may share. */
  readonly mayShare: (holderId: string) => boolean;
}

export type Reserved = { readonly ok: true } | { readonly ok: false; readonly taken: readonly AddressRow[] };

/** Two writers at the same row settle within a round each; more rounds than this mean something else is wrong. */
const MAX_ROUNDS = 5;

/** @throws Conflict if the rows keep changing underneath */
export async function reserve(run: Run, request: ReservationRequest): Promise<Reserved> {
  const partition = canonicalId(request.subnetId);
  const table = run.ports.tables.addresses;
  let writes = request.addresses.map((address) => insertion(request, address));
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (writes.length === 0 || (await table.transact(partition, writes)).ok) return { ok: true };
    const rows = await Promise.all(
      request.addresses.map((address) => table.get(partition, addressKey(address))),
    );
    const taken = rows.flatMap((row) => (row && isTaken(run, request, row.value) ? [row.value] : []));
    if (taken.length > 0) return { ok: false, taken };
    writes = request.addresses.flatMap((address, index) => writeFor(request, address, rows[index]));
  }
  throw new Conflict(`the rows of ${request.addresses.join(", ")} keep changing`);
}

/** The rows that would refuse the request, read only: what a dry run may know. */
export async function findTaken(run: Run, request: ReservationRequest): Promise<readonly AddressRow[]> {
  const partition = canonicalId(request.subnetId);
  const table = run.ports.tables.addresses;
  const rows = await Promise.all(
    request.addresses.map((address) => table.get(partition, addressKey(address))),
  );
  return rows.flatMap((row) => (row && isTaken(run, request, row.value) ? [row.value] : []));
}

function insertion(request: ReservationRequest, address: string): Write<AddressRow> {
  return { do: "insert", key: addressKey(address), value: { address, reservation: reservationOf(request) } };
}

function writeFor(
  request: ReservationRequest,
  address: string,
  row: Row<AddressRow> | undefined,
): Write<AddressRow>[] {
  if (!row) return [insertion(request, address)];
  // A frontend that this cluster already has is shared, not reserved.
  if (row.value.assignment) return [];
  const value = { ...row.value, reservation: reservationOf(request) };
  return [{ do: "replace", key: row.key, value, version: row.version }];
}

function reservationOf({ owner, expiresAtUtc }: ReservationRequest): NonNullable<AddressRow["reservation"]> {
  return { owner, expiresAtUtc };
}

function isTaken(run: Run, request: ReservationRequest, row: AddressRow): boolean {
  if (row.assignment && !request.mayShare(row.assignment.holderId)) return true;
  if (!row.reservation || sameService(row.reservation.owner, request.owner)) return false;
  return !row.assignment && row.reservation.expiresAtUtc > run.now().toISOString();
}
