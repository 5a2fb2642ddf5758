import type { Run } from "../ports.ts";
import { isInPlace } from "./inPlace.ts";
import { closeEntry, listJournal, type Opened } from "./journalStore.ts";

/** Longer than any write is waited for: whoever opened the entry is gone. */
const DANGLING_SECONDS = 900;
/** How far back a crash is looked for. */
const LOOK_BACK_SECONDS = 7 * 24 * 3600;

/** Completes entries that a crash left open, by reading what became of their resource. Gives how many there were. */
export async function resolveDangling(run: Run): Promise<number> {
  const since = before(run, LOOK_BACK_SECONDS);
  const old = before(run, DANGLING_SECONDS);
  let resolved = 0;
  for await (const opened of listJournal(run, since)) {
    if (opened.entry.outcome !== "intended" || opened.entry.intendedAtUtc > old) continue;
    await resolve(run, opened);
    resolved += 1;
  }
  return resolved;
}

async function resolve(run: Run, opened: Opened): Promise<void> {
  const { change } = opened.entry;
  const actual = await run.ports.resources.read(change.resourceId);
  const done = isInPlace(change, actual);
  const why = done
    ? "its writer ended before saying so; found done"
    : "its writer ended before saying so; found not done";
  await closeEntry(run, opened, {
    outcome: done ? "applied" : "failed",
    why,
    ...(actual && { after: actual.body }),
  });
  run.log.warn("journal entry resolved", { id: opened.entry.id, resourceId: change.resourceId, done });
}

function before(run: Run, seconds: number): string {
  return new Date(run.now().getTime() - seconds * 1000).toISOString();
}
