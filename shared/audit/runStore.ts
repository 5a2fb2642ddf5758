/**
 * Stores audit runs and their progress. Runs: partition `all`, keys in descending time, so that newest first is a range read. Progress:
 * partition = run id, key = scope. Rows are replaced by version: workers and operators may change the same run.
 */
import { createHash } from "node:crypto";
import { Conflict } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import { backwards } from "../storage/backwards.ts";
import type { Row } from "../ports/table.ts";
import { writeRows } from "../storage/writeRows.ts";
import type { AuditRun, ScopeProgress } from "./auditRun.ts";
import { inScopeOrder } from "./scopes.ts";
import { mapAtMost } from "../core/waitForAll.ts";

export const RUNS = "all";

const ROUNDS = 8;
const SUFFIX_DIGITS = 6;

/** `20261125-174042123-1a2b3c`: the start time, which is part of the row key, and a suffix that makes it unique. */
export function newRunId(run: Run, startedAtUtc: string): string {
  const at = startedAtUtc.replaceAll(/[-:.Z]/g, "").replace("T", "-");
  const suffix = createHash("sha256").update(run.newId()).digest("hex").slice(0, SUFFIX_DIGITS);
  return `${at}-${suffix}`;
}

export function runKey({ id, startedAtUtc }: Pick<AuditRun, "id" | "startedAtUtc">): string {
  return `${backwards(startedAtUtc)}-${id}`;
}

export async function findRunRow(run: Run, id: string): Promise<Row<AuditRun> | undefined> {
  const startedAtUtc = startOf(id);
  return startedAtUtc === undefined
    ? undefined
    : run.ports.tables.runs.get(RUNS, runKey({ id, startedAtUtc }));
}

const FORM = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(\d{3})-[0-9a-f]+$/;

function startOf(id: string): string | undefined {
  const [, year, month, day, hour, minute, second, milliseconds] = FORM.exec(id) ?? [];
  return year && `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`;
}

/** Changes a running run and returns its new state. @throws Conflict after repeated concurrent writes */
export function changeRun(
  run: Run,
  id: string,
  change: (audit: AuditRun) => AuditRun,
): Promise<AuditRun | undefined> {
  return replaceRun(run, id, (audit) => (audit.state === "running" ? change(audit) : undefined));
}

/** Records that a destination has received the notices of the run. @throws Conflict after repeated concurrent writes */
export async function recordNotified(run: Run, id: string, who: string): Promise<void> {
  await replaceRun(run, id, ({ notified = [], ...audit }) =>
    notified.includes(who) ? undefined : { ...audit, notified: [...notified, who] },
  );
}

/** Writes nothing if `change` returns `undefined`. */
async function replaceRun(
  run: Run,
  id: string,
  change: (audit: AuditRun) => AuditRun | undefined,
): Promise<AuditRun | undefined> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const row = await findRunRow(run, id);
    const value = row && change(row.value);
    if (!value) return row?.value;
    const written = await run.ports.tables.runs.transact(RUNS, [
      { do: "replace", key: row.key, value, version: row.version },
    ]);
    if (written.ok) return value;
  }
  throw new Conflict(`audit ${id} keeps changing`);
}

/** Progress of the scopes of a run, in order. */
export async function listProgress(run: Run, id: string): Promise<ScopeProgress[]> {
  const rows = await Array.fromAsync(run.ports.tables.progress.list(id));
  return rows.map(({ value }) => value).toSorted(inScopeOrder);
}

/** Adds a row for each scope without one. A run audits only scopes with a row. */
export async function addProgress(run: Run, id: string, scopes: readonly string[]): Promise<void> {
  const present = new Set((await listProgress(run, id)).map(({ scope }) => scope));
  const missing = scopes.filter((scope) => !present.has(scope));
  await writeRows<ScopeProgress>(
    run.ports.tables.progress,
    id,
    missing.map((scope) => ({ do: "insert", key: scope, value: { scope, state: "waiting" } })),
  );
}

export interface Which {
  readonly id: string;
  readonly scope: string;
  /** The row as last read or written: saves a read if it has not changed since. */
  readonly known?: Row<ScopeProgress>;
}

/**
 * Changes the progress of a scope. Returns `undefined` and writes nothing if `change` returns `undefined` or the run has no such scope.
 * @throws Conflict after repeated concurrent writes
 */
export async function changeProgress(
  run: Run,
  { id, scope, known }: Which,
  change: (progress: ScopeProgress) => ScopeProgress | undefined,
): Promise<Row<ScopeProgress> | undefined> {
  const { progress } = run.ports.tables;
  for (let round = 0; round < ROUNDS; round += 1) {
    const row = round === 0 && known ? known : await progress.get(id, scope);
    const value = row && change(row.value);
    if (!value) return undefined;
    const write = { do: "replace", key: scope, value, version: row.version } as const;
    const written = await progress.transact(id, [write]);
    const version = written.ok ? written.versions[0] : undefined;
    if (version !== undefined) return { partition: id, key: scope, value, version };
  }
  throw new Conflict(`${scope} of audit ${id} keeps changing`);
}

const AT_ONCE = 16;

/** `changeProgress` for every scope of a run. */
export async function changeEveryProgress(
  run: Run,
  { id }: Pick<AuditRun, "id">,
  change: (progress: ScopeProgress) => ScopeProgress | undefined,
): Promise<void> {
  const rows = await Array.fromAsync(run.ports.tables.progress.list(id));
  await mapAtMost(AT_ONCE, rows, (known) => changeProgress(run, { id, scope: known.key, known }, change));
}

/** True if the run will not audit the scope again. A failed scope may be retried while the run is running. */
export function isOver({ state }: ScopeProgress): boolean {
  return state === "done" || state === "left";
}

/** True if the run does not wait for the scope. */
export function isSettled(progress: ScopeProgress): boolean {
  return isOver(progress) || progress.state === "failed";
}
