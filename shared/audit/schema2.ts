/**
 * Schema 1 to 2. An audit run had the list of its scopes in its own row, which no more than about three thousand fit in: the rows of its
 * progress say the same, and the run keeps how many there are. And rows that said a notice was waiting: nobody reads them any more.
 */
import type { Run } from "../ports/ports.ts";
import type { Row, Table } from "../ports/table.ts";
import type { AuditRun } from "./auditRun.ts";
import { addProgress, RUNS } from "./runStore.ts";

/** What schema 1 had. */
interface OldRun extends AuditRun {
  readonly scopes?: readonly string[];
}

/** Nothing is read whole: runs come page by page, newest first. */
export async function toSchema2(run: Run): Promise<void> {
  const { waiting } = run.ports.tables;
  for await (const { key } of waiting.list("notices"))
    await waiting.transact("notices", [{ do: "remove", key }]);
  const runs = run.ports.tables.runs as Table<OldRun>;
  for await (const row of runs.list(RUNS)) if (row.value.scopes) await separate(run, runs, row);
}

async function separate(run: Run, runs: Table<OldRun>, row: Row<OldRun>): Promise<void> {
  const { scopes = [], ...rest } = row.value;
  // One that has ended has a row for each, and one that has not may have lost some with the worker that wrote them.
  if (rest.state === "running") await addProgress(run, rest.id, scopes);
  const value = { ...rest, scopeCount: scopes.length };
  const written = await runs.transact(RUNS, [{ do: "replace", key: row.key, value, version: row.version }]);
  // Somebody else has just done it, or ended the run without knowing of this: look again.
  const now = written.ok ? undefined : await runs.get(RUNS, row.key);
  if (now?.value.scopes) await separate(run, runs, now);
}
