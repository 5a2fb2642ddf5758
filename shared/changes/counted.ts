/**
 * Counts outcomes of changes. A resource that was already up to date, and a change that is retried later, are
 * not counted.
 */
import { Conflict } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { Applied } from "./applied.ts";
import type { Change } from "./plan.ts";

/** @throws whatever `apply` throws */
export async function counted(run: Run, change: Change, apply: () => Promise<Applied>): Promise<Applied> {
  try {
    const applied = await apply();
    const { outcome, journalId } = applied;
    const isWritten = outcome !== "applied" || journalId !== undefined;
    if (outcome !== "left" && isWritten) count(run, change, outcome);
    return applied;
  } catch (error) {
    if (error instanceof Conflict) count(run, change, "conflict");
    throw error;
  }
}

function count(run: Run, { capability, action }: Change, outcome: Outcome): void {
  run.ports.metrics.record("mooring.changes", 1, { capability, action, outcome });
}

type Outcome = "applied" | "refused" | "conflict" | "failed" | "observed";
