/**
 * Caches one unsettled scope of each run. Each worker that ends a scope checks whether it was the last one: in a run with thousands of
 * scopes all rows would be read thousands of times. This process reads only the cached scope, the last unsettled one in order.
 */
import type { Ports, Run } from "../ports/ports.ts";
import type { ScopeProgress } from "./auditRun.ts";
import { isSettled } from "./runStore.ts";

const unsettled = new WeakMap<Ports, Map<string, string>>();

/** True if the cached scope of the run is still unsettled, by a current read. */
export async function hasUnsettledScope(run: Run, id: string): Promise<boolean> {
  const scope = unsettled.get(run.ports)?.get(id);
  const row = scope === undefined ? undefined : await run.ports.tables.progress.get(id, scope);
  return row !== undefined && !isSettled(row.value);
}

/** Caches the last unsettled scope; false if all are settled. */
export function cacheUnsettledScope(run: Run, id: string, scopes: readonly ScopeProgress[]): boolean {
  const byRun = unsettled.get(run.ports) ?? new Map<string, string>();
  unsettled.set(run.ports, byRun);
  const last = scopes.findLast((one) => !isSettled(one));
  if (last) byRun.set(id, last.scope);
  else byRun.delete(id);
  return last !== undefined;
}
