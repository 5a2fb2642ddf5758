/**
 * Removes poison messages that are obsolete: a later run of the same work succeeded, or failed too and has
 * its own poison message. Timers repeat most work, so that otherwise every round of an outage would leave
 * messages that an operator has to handle.
 */
import type { Run } from "../../ports/ports.ts";
import type { QueueMessage, QueueName, WorkItem } from "../../ports/queue.ts";
import type { Row } from "../../ports/table.ts";
import { readWorkText } from "../workMessage.ts";
import { removeRows } from "../writeRows.ts";
import { forgetFailure, keyOf, listFailuresOf, subjectOfKey, type FailureRow } from "./failures.ts";
import { toPoisoned } from "./poison.ts";

/** `id` of work on everything. */
const EVERYTHING = "all";
/** Longer than any client hides the messages of a poison queue. */
const HIDDEN_MILLISECONDS = 15 * 60_000;

/**
 * Removes the messages for the same work as `done` if that is work on everything, and returns their number. Messages for a single
 * resource are marked, and {@link dropSuperseded} removes all of them together: each pass reads the entire poison queue.
 */
export async function supersedePoison(
  run: Run,
  queue: QueueName,
  done: Pick<WorkItem, "what" | "id">,
): Promise<number> {
  if (done.id !== EVERYTHING) return markSuperseded(run, queue, done);
  if ((await run.ports.queue.poisonState(queue)).length === 0) return 0;
  return drop(run, queue, async (message) => {
    const { item } = await toPoisoned(run, queue, message);
    return item?.what === done.what && item.id === EVERYTHING ? item : undefined;
  });
}

async function markSuperseded(run: Run, queue: QueueName, done: Pick<WorkItem, "what" | "id">): Promise<0> {
  const supersededAtUtc = run.now().toISOString();
  for (const { key, value, version } of await listFailuresOf(run, queue, done))
    await run.ports.tables.failures.transact(queue, [
      { do: "replace", key, value: { ...value, supersededAtUtc }, version },
    ]);
  return 0;
}

/** Removes the messages that are marked, and those with a newer message for the same work. Called by a timer. */
export async function dropSuperseded(run: Run, queue: QueueName): Promise<void> {
  const superseded = supersededOf(await Array.fromAsync(run.ports.tables.failures.list(queue)));
  if (superseded.length === 0) return;
  const keys = new Set(superseded.map(({ key }) => key));
  await drop(run, queue, async ({ text }) => {
    const read = readWorkText(text);
    return read.ok && keys.has(keyOf(read.item)) ? read.item : undefined;
  });
  // Another client may have hidden a message. One that never appears must not cause a pass every minute.
  const since = new Date(run.now().getTime() - HIDDEN_MILLISECONDS).toISOString();
  const old = superseded.filter(({ value }) => value.atUtc < since);
  await removeRows(run.ports.tables.failures, queue, old);
}

function supersededOf(rows: readonly Row<FailureRow>[]): Row<FailureRow>[] {
  const newest = new Map<string, string>();
  for (const { key, value } of rows) {
    const subject = subjectOfKey(key);
    if (value.atUtc > (newest.get(subject) ?? "")) newest.set(subject, value.atUtc);
  }
  return rows.filter(
    ({ key, value }) =>
      value.supersededAtUtc !== undefined || value.atUtc < (newest.get(subjectOfKey(key)) ?? ""),
  );
}

async function drop(
  run: Run,
  queue: QueueName,
  choose: (message: QueueMessage) => Promise<WorkItem | undefined>,
): Promise<number> {
  let removed = 0;
  await run.ports.queue.takePoison(queue, async (message) => {
    const item = await choose(message);
    if (!item) return false;
    await forgetFailure(run, queue, item);
    removed += 1;
    return true;
  });
  if (removed > 0) run.log.info("failed messages superseded by later work", { queue, removed });
  return removed;
}
