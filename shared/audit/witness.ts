/**
 * A scope that tells that its run cannot end yet. Whoever ends a scope asks whether it was the last: of a run of thousands the rows of all
 * the others would be read thousands of times. So this process keeps one that was unsettled, the last in order, and reads that one.
 */
import type { Ports, Run } from "../ports/ports.ts";
import type { ScopeProgress } from "./auditRun.ts";
import { isSettled } from "./runStore.ts";

const witnesses = new WeakMap<Ports, Map<string, string>>();

/** True if a scope of the run is known to be unsettled, read just now. */
export async function isWitnessed(run: Run, id: string): Promise<boolean> {
  const scope = witnesses.get(run.ports)?.get(id);
  const row = scope === undefined ? undefined : await run.ports.tables.progress.get(id, scope);
  return row !== undefined && !isSettled(row.value);
}

/** Remembers the last that is not settled; false if all are. */
export function findWitness(run: Run, id: string, scopes: readonly ScopeProgress[]): boolean {
  const known = witnesses.get(run.ports) ?? new Map<string, string>();
  witnesses.set(run.ports, known);
  const witness = scopes.findLast((one) => !isSettled(one));
  if (witness) known.set(id, witness.scope);
  else known.delete(id);
  return witness !== undefined;
}
