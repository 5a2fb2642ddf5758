/**
 * Stores the journal: an entry is written before a change (`intended`) and completed after it, so that a
 * crash in between is found. Partition `all`; keys sort newest first. Bodies are stored in `States`.
 */
import type { Run } from "../ports/ports.ts";
import { backwards } from "../storage/backwards.ts";
import type { JournalEntry, Outcome } from "./journal.ts";
import { isRemoval, SYSTEM, type Cause, type Change } from "./plan.ts";
import type { JsonObject } from "../ports/resources.ts";

const PARTITION = "all";

/** An open entry; completing it requires its version, so only its writer or its resolver can do so. */
export interface Opened {
  readonly entry: JournalEntry;
  readonly version: string;
}

export interface Ended {
  readonly outcome: Outcome;
  readonly why?: string;
  readonly after?: JsonObject;
}

/** Records the intent to change, with the complete current resource; must be written before the change. */
export async function openEntry(
  run: Run,
  change: Change,
  context: { cause: Cause; policyVersion: string; before?: JsonObject },
): Promise<Opened> {
  const id = run.newId();
  const beforeState = context.before && `${id}/before.json`;
  if (context.before && beforeState) await run.ports.states.save(beforeState, context.before);
  const entry: JournalEntry = {
    id,
    change,
    cause: context.cause,
    policyVersion: context.policyVersion,
    outcome: "intended",
    intendedAtUtc: run.now().toISOString(),
    ...(beforeState && { beforeState }),
  };
  const written = await run.ports.tables.journal.transact(PARTITION, [
    { do: "insert", key: journalKey(entry), value: entry },
  ]);
  const version = written.ok ? written.versions[0] : undefined;
  if (version === undefined) throw new Error(`journal entry ${id} could not be written`);
  return { entry, version };
}

/** How often a result is written again because another process wrote the entry meanwhile. */
const MOST_TRIES = 5;

/** True until the result is recorded: the change may have been made, or may still be made. Pure. */
export function isOpen({ outcome }: Pick<JournalEntry, "outcome">): boolean {
  return outcome === "intended" || outcome === "unknown";
}

/** True if the change was made, or may have been or still be made. Pure. */
export function mayHaveHappened(entry: Pick<JournalEntry, "outcome">): boolean {
  return entry.outcome === "applied" || isOpen(entry);
}

/**
 * Records the result on behalf of the writer of the change. Another process may have written the entry since it
 * was opened: a note on an open entry is replaced, and `applied` replaces any other result, because the writer
 * has the response of Azure. No other result replaces one that was recorded.
 */
export async function closeEntry(run: Run, opened: Opened, ended: Ended): Promise<void> {
  let current: Opened | undefined = opened;
  for (let tries = 0; tries < MOST_TRIES && current; tries += 1) {
    if (!isOpen(current.entry) && !outranks(ended, current.entry)) return;
    if (await settleEntry(run, { entry: opened.entry, version: current.version }, ended)) return;
    current = await readEntry(run, opened.entry);
  }
  run.log.error("journal entry not completed", { id: opened.entry.id, outcome: ended.outcome });
}

function outranks({ outcome }: Ended, { outcome: recorded }: JournalEntry): boolean {
  return outcome === "applied" && recorded !== "applied";
}

/**
 * Records a result, for example one that was found by reading. False if another process wrote the entry
 * meanwhile: it stays as it is.
 */
export async function settleEntry(
  run: Run,
  { entry, version }: Opened,
  { outcome, why, after }: Ended,
): Promise<boolean> {
  // Named by the outcome, so that a result that is not recorded overwrites no state of the one that is.
  const afterState = after && `${entry.id}/${outcome === "applied" ? "after" : "found"}.json`;
  if (after && afterState) await run.ports.states.save(afterState, after);
  const value = {
    ...entry,
    outcome,
    completedAtUtc: run.now().toISOString(),
    ...(why && { why }),
    ...(afterState && { afterState }),
  };
  const { ok } = await run.ports.tables.journal.transact(PARTITION, [
    { do: "replace", key: journalKey(entry), value, version },
  ]);
  return ok;
}

/** The current entry; `undefined` if it was deleted. */
export async function readEntry(run: Run, entry: JournalEntry): Promise<Opened | undefined> {
  const row = await run.ports.tables.journal.get(PARTITION, journalKey(entry));
  return row && { entry: row.value, version: row.version };
}

/** Records why an open entry could not be completed; it stays open. */
export async function noteUnresolved(run: Run, { entry, version }: Opened, why: string): Promise<void> {
  if (entry.why === why) return;
  await run.ports.tables.journal.transact(PARTITION, [
    { do: "replace", key: journalKey(entry), value: { ...entry, why }, version },
  ]);
}

/** Adds an entry without a write: nothing was or will be written for it. */
export async function noteReleased(run: Run, change: Change, why: string): Promise<void> {
  const id = run.newId();
  const entry: JournalEntry = {
    id,
    change,
    cause: { why: "quarantine", who: SYSTEM, correlationId: id },
    policyVersion: "",
    outcome: "released",
    why,
    intendedAtUtc: run.now().toISOString(),
  };
  await run.ports.tables.journal.transact(PARTITION, [
    { do: "insert", key: journalKey(entry), value: entry },
  ]);
}

/** Entries, newest first; read lazily. */
export async function* listJournal(run: Run, sinceUtc?: string): AsyncIterable<Opened> {
  const range = sinceUtc === undefined ? {} : { to: `${backwards(sinceUtc)}~` };
  for await (const row of run.ports.tables.journal.list(PARTITION, range))
    yield { entry: row.value, version: row.version };
}

/** The same with the key of each entry, starting after a key: for paging. */
export async function* listJournalAfter(
  run: Run,
  after?: string,
): AsyncIterable<{ readonly key: string; readonly entry: JournalEntry }> {
  const range = after === undefined ? {} : { from: after };
  for await (const { key, value } of run.ports.tables.journal.list(PARTITION, range))
    if (key !== after) yield { key, entry: value };
}

/** Number of deletes that were, or may have been, applied since then. */
export async function countDeletes(run: Run, sinceUtc: string): Promise<number> {
  let count = 0;
  for await (const { entry } of listJournal(run, sinceUtc))
    if (isRemoval(entry.change) && mayHaveHappened(entry)) count += 1;
  return count;
}

function journalKey({ intendedAtUtc, id }: JournalEntry): string {
  return `${backwards(intendedAtUtc)}-${id}`;
}
