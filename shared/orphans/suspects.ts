/** Current orphan candidates, and deleted resources that can be restored. Called through CLI and API. */
import type { JournalEntry } from "../changes/journal.ts";
import { listJournal, mayHaveHappened } from "../changes/journalStore.ts";
import { isRemoval } from "../changes/plan.ts";
import { isUndoable, isUndoOf, lossesOf } from "../changes/undo.ts";
import { InvalidInput } from "../core/errors.ts";
import { canonicalId, isNamed } from "../azure/resourceId.ts";
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

/** @param selector name or id @throws InvalidInput if the resource is not a candidate, or if several match */
export async function findSuspect(run: Run, selector: string): Promise<Suspect> {
  const { suspects, unreadable } = await readSuspects(run);
  const found = suspects.filter(({ candidate }) => isNamed(candidate.resourceId, selector));
  const [suspect, other] = found;
  if (!suspect)
    throw new InvalidInput([
      `${selector} is not suspected: a living Service accounts for it, it is of no registered cluster, or it is not there`,
      ...unreadable.map(
        (one) => `subscription ${one} could not be read: \`mooring doctor\` states the cause`,
      ),
    ]);
  if (other)
    throw new InvalidInput(
      found.map(({ candidate: { resourceId } }) => `${selector} may be ${resourceId}: specify its id`),
    );
  return suspect;
}

/** The newest entry that deleted, or may have deleted, a resource with this name or id. */
export async function lastDelete(run: Run, selector: string): Promise<string | undefined> {
  for await (const { entry } of listJournal(run))
    if (isDelete(entry) && isNamed(entry.change.resourceId, selector)) return entry.id;
  return undefined;
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

function isDelete(entry: JournalEntry): boolean {
  return entry.change.action === "delete" && mayHaveHappened(entry);
}
