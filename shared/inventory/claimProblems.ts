/** Records the result of the verification by Azure on the claims of an address. */
import { isDeepStrictEqual } from "node:util";
import { Conflict } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { AddressRow, Claim, ClaimProblem } from "./model.ts";
import type { Place } from "./places.ts";

const MAX_ROUNDS = 5;

/** Without `sinceUtc`: a problem that persists keeps its start time. */
export type Problem = Omit<ClaimProblem, "sinceUtc">;

/**
 * Writes only differences. Also applies to claims that were added in the meantime: their own verification
 * follows.
 * @param problemOf `undefined`: Azure confirms the claim
 * @throws Conflict if the row keeps changing
 */
export async function markClaims(
  run: Run,
  { partition, key, text }: Place,
  problemOf: (claim: Claim) => Problem | undefined,
): Promise<void> {
  const { addresses } = run.ports.tables;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const row = await addresses.get(partition, key);
    if (!row) return;
    const value = marked(row.value, problemOf, run.now().toISOString());
    if (isDeepStrictEqual(value, row.value)) return;
    if ((await addresses.transact(partition, [{ do: "replace", key, value, version: row.version }])).ok)
      return;
  }
  throw new Conflict(`the row of ${text} keeps changing`);
}

function marked(
  row: AddressRow,
  problemOf: (claim: Claim) => Problem | undefined,
  nowUtc: string,
): AddressRow {
  const claims = row.claims?.map((claim): Claim => {
    const { problem: before, ...rest } = claim;
    const problem = problemOf(claim);
    return problem ? { ...rest, problem: { ...problem, sinceUtc: before?.sinceUtc ?? nowUtc } } : rest;
  });
  return { ...row, ...(claims && { claims }) };
}
