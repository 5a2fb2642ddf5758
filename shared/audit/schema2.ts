/**
 * Schema 1 to 2. An audit run had the list of its scopes in its own row, which limited it to about 3,000 scopes. The rows of its progress
 * contain the same list, and the run keeps its length. Also removes marks of pending notices, which are no longer read.
 */
import type { Run } from "../ports/ports.ts";
import type { Row, Table } from "../ports/table.ts";
import type { AuditRun } from "./auditRun.ts";
import { addProgress, RUNS } from "./runStore.ts";

/** A run in schema 1. */
interface OldRun extends AuditRun {
  readonly scopes?: readonly string[];
}

/** Reads runs page by page, newest first. */
export async function toSchema2(run: Run): Promise<void> {
  const { waiting } = run.ports.tables;
  for await (const { key } of waiting.list("notices"))
    await waiting.transact("notices", [{ do: "remove", key }]);
  const runs = run.ports.tables.runs as Table<OldRun>;
  for await (const row of runs.list(RUNS)) if (row.value.scopes) await separate(run, runs, row);
}

async function separate(run: Run, runs: Table<OldRun>, row: Row<OldRun>): Promise<void> {
  const { scopes = [], ...rest } = row.value;
  // A run that has ended has all its rows. A running one may lack some, if the worker that wrote them crashed.
  if (rest.state === "running") await addProgress(run, rest.id, scopes);
  const value = { ...rest, scopeCount: scopes.length };
  const written = await runs.transact(RUNS, [{ do: "replace", key: row.key, value, version: row.version }]);
  // Another process migrated the row or ended the run: read it again.
  const now = written.ok ? undefined : await runs.get(RUNS, row.key);
  if (now?.value.scopes) await separate(run, runs, now);
}
