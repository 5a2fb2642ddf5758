/** Records the number of orphans in quarantine, also 0. */
import type { Run } from "../ports/ports.ts";
import { isDueAt, ORPHAN_KINDS, type Quarantined } from "./model.ts";

export function recordOrphans(run: Run, quarantined: readonly Quarantined[]): void {
  const nowUtc = run.now().toISOString();
  for (const kind of ORPHAN_KINDS)
    for (const state of ["waiting", "due"] as const) {
      const isDue = state === "due";
      const all = quarantined.filter((row) => row.kind === kind && isDueAt(row, nowUtc) === isDue);
      run.ports.metrics.record("mooring.orphans", all.length, { kind, state });
    }
}
