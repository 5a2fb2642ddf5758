/**
 * Everything that the Services of a cluster may declare: confirmations, and proposals of admission since
 * then. Use it for protection and for claims of addresses; to delete, release or widen use `confirmed.ts`.
 */
import type { Declared } from "../kubernetes/intent.ts";
import type { Run } from "../ports/ports.ts";
import { waitForAll } from "../core/waitForAll.ts";
import { contentOf, declarationKey, listConfirmed } from "./confirmed.ts";
import { listProposals } from "./proposals.ts";

export async function listDeclared(run: Run, cluster: string): Promise<Declared[]> {
  const [confirmed, proposals] = await waitForAll([listConfirmed(run, cluster), listProposals(run, cluster)]);
  return withProposals(
    confirmed,
    proposals.map(({ value }) => value.declared),
  );
}

/** A proposed DELETE marks what is confirmed; any other proposal is returned beside it, unless both declare the same. Pure. */
export function withProposals(confirmed: readonly Declared[], proposals: readonly Declared[]): Declared[] {
  const byKey = new Map(confirmed.map((one) => [declarationKey(one), one]));
  const beside: Declared[] = [];
  for (const proposal of proposals) {
    const key = declarationKey(proposal);
    const known = byKey.get(key);
    const { deletedAtUtc } = proposal;
    if (known?.uid === proposal.uid && deletedAtUtc !== undefined) byKey.set(key, { ...known, deletedAtUtc });
    else if (!known || contentOf(known) !== contentOf(proposal)) beside.push(proposal);
  }
  return [...byKey.values(), ...beside];
}
