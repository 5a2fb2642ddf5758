/** Work that waits, and messages that failed for good. */
import * as z from "zod";
import { QUEUES } from "../../shared/ports/queue.ts";

export const QueueName = z.enum(QUEUES);

const QueueState = z.object({
  /** About how many. */
  length: z.int(),
  oldestAtUtc: z.string().optional(),
});

export const QueueOverview = z.object({
  queue: QueueName,
  waiting: QueueState,
  poisoned: QueueState,
  /** Of those that are seen at once, most frequent first. */
  errors: z.array(z.object({ error: z.string(), count: z.int() })),
});

export const PoisonedMessage = z.object({
  id: z.string(),
  queue: QueueName,
  poisonedAtUtc: z.string(),
  /** When it is gone by itself. */
  expiresAtUtc: z.string(),
  /** Absent: it is no work item, and can only be dropped. */
  item: z
    .object({
      what: z.string(),
      id: z.string(),
      why: z.string(),
      seenAtUtc: z.string(),
      correlationId: z.string(),
      attempt: z.int().optional(),
    })
    .optional(),
  text: z.string().optional(),
  problems: z.array(z.string()).optional(),
  /** Absent: nobody knows. */
  failure: z
    .object({ error: z.string(), atUtc: z.string(), tries: z.int(), invocationId: z.string() })
    .optional(),
});

/** All of them, or those whose ids begin so. */
export const PoisonSelection = z.union([
  z.strictObject({ all: z.literal(true) }),
  z.strictObject({ ids: z.array(z.string().min(1).max(64)).min(1).max(1000) }),
]);

export const PoisonOutcome = z.object({
  chosen: z.array(PoisonedMessage),
  /** Ids of those that it was done to; none in a dry run. */
  done: z.array(z.string()),
});
