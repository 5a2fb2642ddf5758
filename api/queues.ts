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
/** Whoever looks at all of them takes them in hand meanwhile: nobody else could have them, and only operators may keep them so. */
const looking = z.strictObject({ ...planning.shape });
type Selecting = Call<z.infer<typeof Queue>, z.infer<typeof planning>, z.infer<typeof PoisonSelection>>;

export const queues = [
  defineOperation({
    name: "listQueues",
    method: "GET",
    path: "/queues",
    summary: "Every queue: how much waits, how much failed for good, and why",
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
    summary: "Messages of a queue that failed for good: the oldest 32",
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
    summary: "Puts messages that failed back to work; what is no work item stays",
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
    summary: "Gives messages that failed up for good; each is kept as a state, with who dropped it",
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

type Deed = (run: Run, queue: Name, chosen: readonly Poisoned[], who: string) => Promise<Poisoned[]>;

/** @throws InvalidInput if an id is not there, or says too little */
async function carryOut(call: Selecting, deed: Deed): Promise<Reply<z.infer<typeof PoisonOutcome>>> {
  const { run, params, query, body, principal } = call;
  const chosen = await choosePoison(run, params.queue, "ids" in body ? body.ids : "all");
  if (query.dryRun === "true") return { body: { chosen: chosen.map(show), done: [] } };
  const done = await deed(run, params.queue, chosen, principal.name);
  return { body: { chosen: chosen.map(show), done: done.map(({ id }) => id) } };
}
