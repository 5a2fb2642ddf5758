/** Gives poisoned messages up for good. Each is kept as a state first, with who dropped it: it can be read, and sent by hand. */
import type { Run } from "../ports.ts";
import type { QueueName } from "../storage/queue.ts";
import { forgetFailure } from "./failures.ts";
import { toPoisoned, type Poisoned } from "./poison.ts";

export interface Dropped extends Poisoned {
  /** Name of the state (`States`) with all of it. */
  readonly state: string;
}

/** Those of them that are gone now; what somebody else took meanwhile is not among them. */
export async function dropPoison(
  run: Run,
  queue: QueueName,
  chosen: readonly Poisoned[],
  who: string,
): Promise<Dropped[]> {
  const ids = new Set(chosen.map(({ id }) => id));
  const dropped: Dropped[] = [];
  await run.ports.queue.takePoison(queue, async (message) => {
    if (!ids.has(message.messageId)) return false;
    const poisoned = await toPoisoned(run, queue, message);
    dropped.push({ ...poisoned, state: await keep(run, poisoned, who) });
    if (poisoned.item) await forgetFailure(run, queue, poisoned.item);
    return true;
  });
  return dropped;
}

async function keep(run: Run, poisoned: Poisoned, who: string): Promise<string> {
  const { id, queue, item } = poisoned;
  const droppedAtUtc = run.now().toISOString();
  const state = `dropped/${queue}/${droppedAtUtc}-${id}.json`;
  await run.ports.states.save(state, { who, droppedAtUtc, ...poisoned });
  run.log.warn("poisoned message dropped", {
    queue,
    who,
    message: id,
    state,
    what: item?.what,
    id: item?.id,
  });
  return state;
}
