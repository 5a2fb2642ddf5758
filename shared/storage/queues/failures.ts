/**
 * Why work failed permanently: one row per message in a poison queue, because the message itself does not contain the reason.
 * Partition = queue; key = subject and cause of the message. A row does not outlive its message.
 */
import { canonicalId } from "../../azure/resourceId.ts";
import { messageOf } from "../../core/messageOf.ts";
import type { Run } from "../../ports/ports.ts";
import type { QueueName, WorkItem } from "../../ports/queue.ts";
import { removeRows } from "../writeRows.ts";
import type { Row, Table } from "../../ports/table.ts";

declare module "../../ports/ports.ts" {
  interface Tables {
    readonly failures: Table<FailureRow>;
  }
}

export interface FailureRow {
  /** The error message, at most 1,000 characters. */
  readonly error: string;
  readonly atUtc: string;
  /** Number of deliveries. */
  readonly tries: number;
  /** Id of the last failed invocation, whose log has details. */
  readonly invocationId: string;
  /** Since when the message is obsolete, because later work with the same subject succeeded. */
  readonly supersededAtUtc?: string;
}

const ERROR_CHARACTERS = 1_000;
/** Azure's message time-to-live. */
const KEPT_MILLISECONDS = 7 * 24 * 3_600_000;

type About = Pick<WorkItem, "what" | "id" | "correlationId">;

export async function rememberFailure(
  run: Run,
  queue: QueueName,
  item: About,
  { error, tries, invocationId }: Pick<FailureRow, "tries" | "invocationId"> & { readonly error: unknown },
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

/** `undefined` if no reason was recorded because the worker died or could not write. */
export async function failureOf(run: Run, queue: QueueName, item: About): Promise<FailureRow | undefined> {
  return (await run.ports.tables.failures.get(queue, keyOf(item)))?.value;
}

/** The failures of earlier messages about the same work. */
export async function listFailuresOf(
  run: Run,
  queue: QueueName,
  about: Pick<WorkItem, "what" | "id">,
): Promise<Row<FailureRow>[]> {
  const subject = subjectOf(about);
  const range = { from: `${subject}|`, to: `${subject}|\uffff` };
  return Array.fromAsync(run.ports.tables.failures.list(queue, range));
}

/** Removes the row of a message that left the poison queue. */
export async function forgetFailure(run: Run, queue: QueueName, item: About): Promise<void> {
  await run.ports.tables.failures.transact(queue, [{ do: "remove", key: keyOf(item) }]);
}

/** Removes rows whose message has expired. */
export async function forgetOldFailures(run: Run, queue: QueueName): Promise<void> {
  const since = new Date(run.now().getTime() - KEPT_MILLISECONDS).toISOString();
  const rows = await Array.fromAsync(run.ports.tables.failures.list(queue));
  const old = rows.filter(({ value }) => value.atUtc < since);
  await removeRows(run.ports.tables.failures, queue, old);
}

/** Key of the row of a message. Pure. */
export function keyOf({ correlationId, ...about }: About): string {
  return `${subjectOf(about)}|${correlationId}`;
}

/** The part of a key that all messages about the same work share. Pure. */
export function subjectOfKey(key: string): string {
  return key.slice(0, key.lastIndexOf("|"));
}

function subjectOf({ what, id }: Pick<WorkItem, "what" | "id">): string {
  return `${what}|${canonicalId(id)}`;
}
