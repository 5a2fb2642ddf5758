/**
 * Messages that failed for good, as people look at them. Nothing is known of who wrote them: what is no work item is shown as it lies
 * there, and can only be dropped. Called by the command line and the API.
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
  /** When it is gone by itself. */
  readonly expiresAtUtc: string;
  /** Absent if it is none. */
  readonly item?: WorkItem;
  /** Of what is no work item: its text, and what is wrong with it. */
  readonly text?: string;
  readonly problems?: readonly string[];
  /** Absent if nobody knows. */
  readonly failure?: FailureRow;
}

export interface QueueOverview {
  readonly queue: QueueName;
  readonly waiting: QueueState;
  readonly poisoned: QueueState;
  /** Why, most frequent first, of the poisoned messages that are seen at once. */
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

/** The oldest of them, as many as a look at a queue takes. */
export async function listPoison(run: Run, queue: QueueName): Promise<Poisoned[]> {
  const messages = await run.ports.queue.peekPoison(queue);
  return waitForAll(messages.map((message) => toPoisoned(run, queue, message)));
}

/** In a sentence. Pure. */
export function whyPoisoned({ item, problems, failure }: Poisoned): string {
  if (!item) return `not a work item: ${problems?.join("; ")}`;
  return failure?.error ?? "unknown: the log of its function tells";
}

/**
 * Does `act` to those of the chosen that are still there, and tells what became of each. It takes a message out of the queue by an
 * answer; `undefined` leaves it.
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
