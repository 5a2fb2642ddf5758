/** Queue lengths and failed messages. */
import * as z from "zod";
import { QUEUES } from "../../shared/ports/queue.ts";

export const QueueName = z.enum(QUEUES);

const QueueState = z.object({
  /** Approximate number of messages. */
  length: z.int(),
  oldestAtUtc: z.string().optional(),
});

export const QueueOverview = z.object({
  queue: QueueName,
  waiting: QueueState,
  poisoned: QueueState,
  /** Errors of the messages that were peeked, most frequent first. */
  errors: z.array(z.object({ error: z.string(), count: z.int() })),
});

export const PoisonedMessage = z.object({
  id: z.string(),
  queue: QueueName,
  poisonedAtUtc: z.string(),
  /** When Azure Storage deletes the message. */
  expiresAtUtc: z.string(),
  /** Absent if the message is not a work item; such a message can only be dropped. */
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
  problems: z.array(z.string()).readonly().optional(),
  /** Absent if the failure was not recorded. */
  failure: z
    .object({ error: z.string(), atUtc: z.string(), tries: z.int(), invocationId: z.string() })
    .optional(),
});

/** All messages, or those whose ids start with one of the prefixes. */
export const PoisonSelection = z.union([
  z.strictObject({ all: z.literal(true) }),
  z.strictObject({ ids: z.array(z.string().min(1).max(64)).min(1).max(1000) }),
]);

export const PoisonOutcome = z.object({
  chosen: z.array(PoisonedMessage),
  /** Ids of the messages that were processed; empty in a dry run. */
  done: z.array(z.string()),
  copies: z
    .record(z.string(), z.string())
    .optional()
    .describe("Of dropped messages: the name of the stored copy, by id"),
});
export type PoisonedMessage = z.infer<typeof PoisonedMessage>;
export type QueueOverview = z.infer<typeof QueueOverview>;
