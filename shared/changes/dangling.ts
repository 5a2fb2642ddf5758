/**
 * Journal entries that a crash left `intended`, and those whose writer ended before Azure finished (`unknown`).
 * Each is completed by reading its resource, under the lease of
 * that resource, so that no clock decides whether its writer is still running. An entry that cannot be
 * completed stays open with the cause, and blocks only its own resource, its containers and its contents.
 */
import { NotYet } from "../core/errors.ts";
import { canonicalId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import type { JsonObject } from "../ports/resources.ts";
import { withLease } from "../storage/lease.ts";
import { resultShown } from "./inPlace.ts";
import type { JournalEntry } from "./journal.ts";
import { isOpen, listJournal, noteUnresolved, readEntry, settleEntry, type Opened } from "./journalStore.ts";
import { recordRepair } from "./touches.ts";
import { messageOf } from "../core/messageOf.ts";

/** Longer than any write may take: the process that opened the entry has ended. */
const DANGLING_SECONDS = 900;
const RETRY_SECONDS = 30;
/** How far back the journal is searched for open entries. */
const LOOK_BACK_SECONDS = 7 * 24 * 3600;

/** An entry that stays open, and why. */
export interface Unresolved {
  readonly entry: JournalEntry;
  readonly why: string;
}

/** Completes the entries that a crash left open. Returns how many were completed; the others stay and are logged. */
export async function resolveDangling(run: Run): Promise<number> {
  const dangling = await listDangling(run);
  return dangling.length - (await resolveEntries(run, dangling)).length;
}

/** Entries that no writer will complete, newest first. */
export async function listDangling(run: Run): Promise<readonly Opened[]> {
  const since = before(run, LOOK_BACK_SECONDS);
  const old = before(run, DANGLING_SECONDS);
  const dangling: Opened[] = [];
  for await (const opened of listJournal(run, since))
    if (isAbandoned(opened.entry, old)) dangling.push(opened);
  return dangling;
}

/** The writer of an `unknown` entry has ended; that of an `intended` one may still write until it is old. */
function isAbandoned(entry: JournalEntry, old: string): boolean {
  return entry.outcome === "unknown" || (entry.outcome === "intended" && entry.intendedAtUtc <= old);
}

/** True if a write to one may change the other: they are the same, or one contains the other. Pure. */
export function isRelated(oneId: string, otherId: string): boolean {
  const [one, other] = [`${canonicalId(oneId)}/`, `${canonicalId(otherId)}/`];
  return one.startsWith(other) || other.startsWith(one);
}

/** The current entry; completed first, if it is open and its result can be read. */
export async function completed(run: Run, entry: JournalEntry): Promise<JournalEntry> {
  if (!isOpen(entry)) return entry;
  const opened = await readEntry(run, entry);
  if (opened) await resolveEntries(run, [opened]);
  return (await readEntry(run, entry))?.entry ?? entry;
}

/** Completes each entry independently, and returns those that stay open. */
export async function resolveEntries(run: Run, entries: readonly Opened[]): Promise<readonly Unresolved[]> {
  const unresolved: Unresolved[] = [];
  for (const opened of entries) {
    const why = await resolveOne(run, opened);
    if (why === undefined) continue;
    const { entry } = opened;
    run.log.warn("journal entry unresolved", { id: entry.id, resourceId: entry.change.resourceId, why });
    unresolved.push({ entry, why });
  }
  return unresolved;
}

/** Why it stays open; `undefined` if it does not. */
async function resolveOne(run: Run, { entry }: Opened): Promise<string | undefined> {
  try {
    return await withLease(run, canonicalId(entry.change.resourceId), async () => {
      const opened = await readEntry(run, entry);
      return opened && isOpen(opened.entry) ? await complete(run, opened) : undefined;
    });
  } catch (error) {
    return messageOf(error);
  }
}

/** Under the lease. A failed read concerns this resource only. */
async function complete(run: Run, opened: Opened): Promise<string | undefined> {
  try {
    await resolve(run, opened);
    return undefined;
  } catch (error) {
    const why = messageOf(error);
    if (!(error instanceof NotYet)) await noteUnresolved(run, opened, why);
    return why;
  }
}

async function resolve(run: Run, opened: Opened): Promise<void> {
  const { entry } = opened;
  const actual = await run.ports.resources.read(entry.change.resourceId);
  const before = entry.change.action === "delete" ? await loadBefore(run, entry) : undefined;
  const shown = resultShown(entry.change, { actual, before });
  if (shown === "pending")
    throw new NotYet(`the resource is ${actual?.provisioningState || "in an unknown state"}`, RETRY_SECONDS);
  if (shown === "failed") demandAge(run, entry);
  const isSettled = await settleEntry(run, opened, {
    outcome: shown,
    why: `its writer ended before recording the result; the change was found ${shown === "applied" ? "applied" : "not applied"}`,
    ...(actual && { after: actual.body }),
  });
  if (isSettled && shown === "applied") await recordRepair(run, entry);
  run.log.warn("journal entry resolved", { id: entry.id, resourceId: entry.change.resourceId, shown });
}

async function loadBefore(run: Run, { beforeState }: JournalEntry): Promise<JsonObject | undefined> {
  if (beforeState === undefined) return undefined;
  return (await run.ports.states.load(beforeState)) as JsonObject | undefined;
}

/** Azure may still process a request whose response was lost. @throws NotYet until it no longer can */
function demandAge(run: Run, { intendedAtUtc }: JournalEntry): void {
  const end = Date.parse(intendedAtUtc) + DANGLING_SECONDS * 1000;
  if (end <= run.now().getTime()) return;
  const message = `the change is not visible, and Azure may still make it until ${new Date(end).toISOString()}`;
  throw new NotYet(message, RETRY_SECONDS);
}

function before(run: Run, seconds: number): string {
  return new Date(run.now().getTime() - seconds * 1000).toISOString();
}
