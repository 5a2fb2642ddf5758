/**
 * Poison messages, for the command line and the API. Another program may have written them: a message that is not a work item is
 * shown unchanged, and can only be dropped.
 */
import type { Run } from "../../ports/ports.ts";
import {
  QUEUES,
  type QueueMessage,
  type QueueName,
  type QueueState,
  type WorkItem,
} from "../../ports/queue.ts";
import { readWorkText } from "../workMessage.ts";
import { failureOf, type FailureRow } from "./failures.ts";
import { waitForAll } from "../../core/waitForAll.ts";

export interface Poisoned {
  readonly id: string;
  readonly queue: QueueName;
  readonly poisonedAtUtc: string;
  /** When it expires. */
  readonly expiresAtUtc: string;
  /** Absent if the message is not a work item. */
  readonly item?: WorkItem;
  /** Text and problems of a message that is not a work item. */
  readonly text?: string;
  readonly problems?: readonly string[];
  /** Absent if no reason was recorded. */
  readonly failure?: FailureRow;
}

export interface QueueOverview {
  readonly queue: QueueName;
  readonly waiting: QueueState;
  readonly poisoned: QueueState;
  /** Reasons of the listed poison messages, most frequent first. */
  readonly errors: readonly { readonly error: string; readonly count: number }[];
}

export function listQueues(run: Run): Promise<QueueOverview[]> {
  return waitForAll(QUEUES.map((queue) => overviewOf(run, queue)));
}

async function overviewOf(run: Run, queue: QueueName): Promise<QueueOverview> {
  const [waiting, poisoned, messages] = await waitForAll([
    run.ports.queue.state(queue),
    run.ports.queue.poisonState(queue),
    listPoison(run, queue),
  ]);
  return { queue, waiting, poisoned, errors: countErrors(messages) };
}

function countErrors(messages: readonly Poisoned[]): QueueOverview["errors"] {
  return [...Map.groupBy(messages, whyPoisoned)]
    .map(([error, all]) => ({ error, count: all.length }))
    .toSorted((a, b) => b.count - a.count);
}

/** The oldest messages, as many as one read returns. */
export async function listPoison(run: Run, queue: QueueName): Promise<Poisoned[]> {
  const messages = await run.ports.queue.peekPoison(queue);
  return waitForAll(messages.map((message) => toPoisoned(run, queue, message)));
}

interface Reason {
  readonly item?: object | undefined;
  readonly problems?: readonly string[] | undefined;
  readonly failure?: { readonly error: string } | undefined;
}

/** The reason of a failure, as text. Pure. */
export function whyPoisoned({ item, problems, failure }: Reason): string {
  if (!item) return `not a work item: ${problems?.join("; ")}`;
  return failure?.error ?? "unknown; see the function's log";
}

/**
 * Calls `act` for each selected message that still exists, and returns the results. A result removes the message from the queue;
 * `undefined` leaves it there.
 */
export async function takeChosen<T>(
  run: Run,
  queue: QueueName,
  chosen: readonly Poisoned[],
  act: (poisoned: Poisoned) => Promise<T | undefined>,
): Promise<T[]> {
  const ids = new Set(chosen.map(({ id }) => id));
  const done: T[] = [];
  await run.ports.queue.takePoison(queue, async (message) => {
    if (!ids.has(message.messageId)) return false;
    const result = await act(await toPoisoned(run, queue, message));
    if (result !== undefined) done.push(result);
    return result !== undefined;
  });
  return done;
}

export async function toPoisoned(run: Run, queue: QueueName, message: QueueMessage): Promise<Poisoned> {
  const { messageId: id, insertedAtUtc: poisonedAtUtc, expiresAtUtc, text } = message;
  const known = { id, queue, poisonedAtUtc, expiresAtUtc };
  const read = readWorkText(text);
  if (!read.ok) return { ...known, text, problems: read.problems };
  const failure = await failureOf(run, queue, read.item);
  return { ...known, item: read.item, ...(failure && { failure }) };
}
