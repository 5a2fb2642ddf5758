/**
 * Why work failed for good: one row for each message that went to a poison queue, since the message itself does not say. Partition =
 * queue; key = what the message is about, and its cause. A row lives as long as its message at the most.
 */
import { canonicalId } from "../../azure/resourceId.ts";
import { messageOf } from "../../core/messageOf.ts";
import type { Run } from "../../ports/ports.ts";
import type { QueueName, WorkItem } from "../../ports/queue.ts";
import { removeRows } from "../writeRows.ts";

export interface FailureRow {
  /** What was thrown, at most 1,000 characters. */
  readonly error: string;
  readonly atUtc: string;
  /** How often the message was tried. */
  readonly tries: number;
  /** The invocation that failed last: its log tells more. */
  readonly invocationId: string;
}

const ERROR_CHARACTERS = 1_000;
/** Azure keeps a message so long. */
const KEPT_MILLISECONDS = 7 * 24 * 3_600_000;

type About = Pick<WorkItem, "what" | "id" | "correlationId">;

export async function rememberFailure(
  run: Run,
  queue: QueueName,
  item: About,
  { error, tries, invocationId }: Omit<FailureRow, "atUtc" | "error"> & { readonly error: unknown },
): Promise<void> {
  const said = messageOf(error);
  const value = {
    error: said.slice(0, ERROR_CHARACTERS),
    atUtc: run.now().toISOString(),
    tries,
    invocationId,
  };
  await run.ports.tables.failures.transact(queue, [{ do: "put", key: keyOf(item), value }]);
}

/** `undefined` if nobody knows: the worker died, or could not write. */
export async function failureOf(run: Run, queue: QueueName, item: About): Promise<FailureRow | undefined> {
  return (await run.ports.tables.failures.get(queue, keyOf(item)))?.value;
}

/** Its message has left the poison queue. */
export async function forgetFailure(run: Run, queue: QueueName, item: About): Promise<void> {
  await run.ports.tables.failures.transact(queue, [{ do: "remove", key: keyOf(item) }]);
}

/** Those whose message is gone by now. */
export async function forgetOldFailures(run: Run, queue: QueueName): Promise<void> {
  const since = new Date(run.now().getTime() - KEPT_MILLISECONDS).toISOString();
  const rows = await Array.fromAsync(run.ports.tables.failures.list(queue));
  const old = rows.filter(({ value }) => value.atUtc < since);
  await removeRows(run.ports.tables.failures, queue, old);
}

function keyOf({ what, id, correlationId }: About): string {
  return `${what}|${canonicalId(id)}|${correlationId}`;
}
