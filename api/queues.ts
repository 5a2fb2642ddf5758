import * as z from "zod";
import { choosePoison } from "../shared/storage/queues/choose.ts";
import { dropPoison } from "../shared/storage/queues/drop.ts";
import { listPoison, listQueues, type Poisoned } from "../shared/storage/queues/poison.ts";
import { replayPoison } from "../shared/storage/queues/replay.ts";
import type { Run } from "../shared/ports/ports.ts";
import type { QueueName as Name } from "../shared/ports/queue.ts";
import { PoisonedMessage, PoisonOutcome, PoisonSelection, QueueName, QueueOverview } from "./model.ts";
import { defineOperation, type Call, type Reply } from "./operation.ts";
import { planning } from "./plans.ts";

const Queue = z.strictObject({ queue: QueueName });
/**
 * Reading all poison messages hides them from others for a while, so only operators may do it, also in a
 * dry run.
 */
const looking = z.strictObject({ ...planning.shape });
type Selecting = Call<z.infer<typeof Queue>, z.infer<typeof planning>, z.infer<typeof PoisonSelection>>;

export const queues = [
  defineOperation({
    name: "listQueues",
    method: "GET",
    path: "/queues",
    summary: "List queues with the number of pending and failed messages and the errors",
    role: "Mooring.Reader",
    response: z.object({ items: z.array(QueueOverview) }),
    handle: async ({ run }) => {
      const all = await listQueues(run);
      return { body: { items: all.map((one) => ({ ...one, errors: [...one.errors] })) } };
    },
  }),
  defineOperation({
    name: "listPoison",
    method: "GET",
    path: "/queues/{queue}/poison",
    summary: "List the oldest 32 failed messages of a queue",
    role: "Mooring.Reader",
    params: Queue,
    response: z.object({ items: z.array(PoisonedMessage) }),
    handle: async ({ run, params }) => ({
      body: { items: (await listPoison(run, params.queue)).map(show) },
    }),
  }),
  defineOperation({
    name: "replayPoison",
    method: "POST",
    path: "/queues/{queue}/poison/replay",
    summary: "Retry failed messages. Messages that are not work items stay",
    role: "Mooring.Operator",
    params: Queue,
    query: looking,
    body: PoisonSelection,
    response: PoisonOutcome,
    handle: (call) => carryOut(call, replayPoison),
  }),
  defineOperation({
    name: "dropPoison",
    method: "POST",
    path: "/queues/{queue}/poison/drop",
    summary: "Permanently discard failed messages. Mooring records each message and who discarded it",
    role: "Mooring.Operator",
    params: Queue,
    query: looking,
    body: PoisonSelection,
    response: PoisonOutcome,
    handle: (call) => carryOut(call, dropPoison),
  }),
];

function show({ problems, ...message }: Poisoned): z.infer<typeof PoisonedMessage> {
  return { ...message, ...(problems && { problems: [...problems] }) };
}

type Done = Poisoned & { readonly state?: string };
type Action = (run: Run, queue: Name, chosen: readonly Poisoned[], who: string) => Promise<Done[]>;

/** @throws InvalidInput if an id does not exist or is ambiguous */
async function carryOut(call: Selecting, action: Action): Promise<Reply<z.infer<typeof PoisonOutcome>>> {
  const { run, params, query, body, principal } = call;
  const chosen = await choosePoison(run, params.queue, "ids" in body ? body.ids : "all");
  if (query.dryRun === "true") return { body: { chosen: chosen.map(show), done: [] } };
  const done = await action(run, params.queue, chosen, principal.name);
  const copies = done.flatMap(({ id, state }) => (state === undefined ? [] : [[id, state] as const]));
  return {
    body: {
      chosen: chosen.map(show),
      done: done.map(({ id }) => id),
      ...(copies.length > 0 && { copies: Object.fromEntries(copies) }),
    },
  };
}
