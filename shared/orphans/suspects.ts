/** Current orphan candidates, and deleted resources that can be restored. Called through CLI and API. */
import type { JournalEntry } from "../changes/journal.ts";
import { listJournal } from "../changes/journalStore.ts";
import { isRemoval } from "../changes/plan.ts";
import { isUndoable, isUndoOf, lossesOf } from "../changes/undo.ts";
import { canonicalId } from "../azure/resourceId.ts";
import { readPolicy } from "../policy/policyStore.ts";
import type { Run } from "../ports/ports.ts";
import { findOrphans, type Candidate } from "./classify.ts";
import { gatherWorld } from "./gather.ts";
import type { Quarantined } from "./model.ts";
import { listQuarantine } from "./quarantine.ts";
import { waitForAll } from "../core/waitForAll.ts";

export interface Suspect {
  readonly candidate: Candidate;
  /** Absent: not in quarantine. */
  readonly row: Quarantined | undefined;
}

export interface Suspects {
  /** Ordered by id. */
  readonly suspects: readonly Suspect[];
  /** Subscriptions that could not be read: their resources are missing. */
  readonly unreadable: readonly string[];
}

/** All resources that no Service uses, from new reads. */
export async function readSuspects(run: Run): Promise<Suspects> {
  const { policy } = await readPolicy(run);
  const [world, rows] = await waitForAll([gatherWorld(run, policy), listQuarantine(run)]);
  const byId = new Map(rows.map((row) => [canonicalId(row.resourceId), row]));
  const suspects = findOrphans(world).map((candidate) => ({
    candidate,
    row: byId.get(canonicalId(candidate.resourceId)),
  }));
  return { suspects, unreadable: [...world.unreadable.keys()] };
}

export interface Restorable {
  readonly entry: JournalEntry;
  /** What is not restored with it. */
  readonly losses: readonly string[];
}

/** Resources that sweeps deleted since then, that can be restored and were not; newest first. */
export async function listRestorable(run: Run, sinceUtc: string): Promise<Restorable[]> {
  const entries: JournalEntry[] = [];
  for await (const { entry } of listJournal(run, sinceUtc))
    if (entry.change.capability === "sweep") entries.push(entry);
  const undos = entries.filter(({ change }) => !isRemoval(change));
  return entries
    .filter((entry) => isRemoval(entry.change) && isUndoable(entry))
    .filter((entry) => !undos.some((one) => isUndoOf(entry, one)))
    .map((entry) => ({ entry, losses: lossesOf(entry.change) ?? [] }));
}
