/** Ends claims explicitly: proposals that were refused, and claims that an operator releases. */
import type { ServiceKey } from "../kubernetes/intent.ts";
import type { Run } from "../ports/ports.ts";
import type { Row, Write } from "../ports/table.ts";
import type { AddressRow, Claim } from "./model.ts";
import { sameOwner } from "./owner.ts";
import type { Place } from "./places.ts";

const MAX_ROUNDS = 5;

/**
 * Ends the proposed claims of a request that the API server refused; confirmed claims are kept. Returns the
 * number of ended claims.
 */
export function dropProposed(run: Run, owner: ServiceKey, place: Place): Promise<number> {
  return dropClaims(run, place, (one) => one.state === "proposed" && sameOwner(one.owner, owner));
}

/**
 * Ends the claims for which `isEnded` returns true. An assignment is kept: only a scan ends it. Returns the
 * number of ended claims.
 */
export async function dropClaims(
  run: Run,
  { partition, key }: Place,
  isEnded: (claim: Claim) => boolean,
): Promise<number> {
  const { addresses } = run.ports.tables;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const row = await addresses.get(partition, key);
    const ended = row?.value.claims?.filter(isEnded) ?? [];
    if (!row || ended.length === 0) return 0;
    if (!(await addresses.transact(partition, [without(row, ended)])).ok) continue;
    run.ports.metrics.record("mooring.claims", ended.length, { outcome: "released" });
    return ended.length;
  }
  return 0;
}

function without({ key, version, value }: Row<AddressRow>, ended: readonly Claim[]): Write<AddressRow> {
  const { claims = [], ...rest } = value;
  const kept = claims.filter((one) => !ended.includes(one));
  if (kept.length === 0 && !rest.assignment) return { do: "remove", key, version };
  return { do: "replace", key, version, value: { ...rest, ...(kept.length > 0 && { claims: kept }) } };
}
