/**
 * Recent writes of a PLS: Mooring's repairs, and writes of others from resource events. Partition = canonical
 * resource id; keys in order of time. Used to detect two writers of the same field; rows older than a day are
 * deleted when they are read.
 */
import { canonicalId } from "../azure/resourceId.ts";
import type { Run } from "../ports/ports.ts";
import { removeRows } from "../storage/writeRows.ts";
import type { JournalEntry } from "./journal.ts";
import { SYSTEM, type Change } from "./plan.ts";
import type { Table } from "../ports/table.ts";

declare module "../ports/ports.ts" {
  interface Tables {
    readonly touches: Table<Touch>;
  }
}

export interface Touch {
  readonly atUtc: string;
  /** `mooring`, or the caller in the event. */
  readonly who: string;
  /** ARM operation, e.g. `Microsoft.Network/privateLinkServices/write`. */
  readonly operation: string;
  /** Fields that Mooring repaired. */
  readonly paths?: readonly string[];
}

export const MOORING = "mooring";
const HOUR = 3_600_000;
const KEPT = 24 * HOUR;

/** @param id of the event or of the journal entry: the same id is recorded once */
export async function recordTouch(run: Run, resourceId: string, id: string, touch: Touch): Promise<void> {
  const key = `${touch.atUtc} ${id}`;
  await run.ports.tables.touches.transact(canonicalId(resourceId), [{ do: "put", key, value: touch }]);
}

/** Records an automatic repair of a PLS, which counts towards the limit of repairs of the same field. */
export async function recordRepair(
  run: Run,
  { id, change, cause, intendedAtUtc }: Pick<JournalEntry, "id" | "change" | "cause" | "intendedAtUtc">,
): Promise<void> {
  if (cause.who !== SYSTEM) return;
  if (change.capability !== "privateLinkServices" || change.action !== "update") return;
  await recordTouch(run, change.resourceId, id, {
    atUtc: intendedAtUtc,
    who: MOORING,
    operation: "repair",
    paths: change.edits.map(({ path }) => path),
  });
}

/** Writes of the last hour, oldest first. */
export async function lastHour(run: Run, resourceId: string): Promise<Touch[]> {
  const partition = canonicalId(resourceId);
  const rows = await Array.fromAsync(run.ports.tables.touches.list(partition));
  const before = (milliseconds: number) => new Date(run.now().getTime() - milliseconds).toISOString();
  const [hourAgo, dayAgo] = [before(HOUR), before(KEPT)];
  const old = rows.filter(({ value }) => value.atUtc < dayAgo);
  await removeRows(run.ports.tables.touches, partition, old);
  return rows.map(({ value }) => value).filter(({ atUtc }) => atUtc >= hourAgo);
}

/** How often Mooring set one of the change's fields within the hour. Pure. */
export function repairsOf(touches: readonly Touch[], change: Change): number {
  if (change.action !== "update" || change.capability !== "privateLinkServices") return 0;
  return countRepairs(touches, (path) => change.edits.some((edit) => edit.path === path));
}

/** How often Mooring set the field that it set most often. Pure. */
export function mostRepairs(touches: readonly Touch[]): number {
  const fields = [...new Set(touches.flatMap(({ paths = [] }) => paths))];
  return Math.max(0, ...fields.map((field) => countRepairs(touches, (path) => path === field)));
}

/** The caller of an event may have the same name as Mooring; only a repair contains fields. */
function countRepairs(touches: readonly Touch[], isCounted: (path: string) => boolean): number {
  return touches.filter(({ who, paths = [] }) => who === MOORING && paths.some(isCounted)).length;
}
