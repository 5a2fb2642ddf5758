/** Permanently deletes poison messages. Each is first saved as a state, with the operator's name, so that it can be read and sent again manually. */
import type { Run } from "../../ports/ports.ts";
import type { QueueName } from "../../ports/queue.ts";
import { forgetFailure } from "./failures.ts";
import { takeChosen, type Poisoned } from "./poison.ts";

export interface Dropped extends Poisoned {
  /** Name of the state (`States`) with the complete message. */
  readonly state: string;
}

/** The dropped messages, without those that another operator took meanwhile. */
export function dropPoison(
  run: Run,
  queue: QueueName,
  chosen: readonly Poisoned[],
  who: string,
): Promise<Dropped[]> {
  return takeChosen(run, queue, chosen, async (poisoned) => {
    const state = await keep(run, poisoned, who);
    if (poisoned.item) await forgetFailure(run, queue, poisoned.item);
    return { ...poisoned, state };
  });
}

async function keep(run: Run, poisoned: Poisoned, who: string): Promise<string> {
  const { id, queue, item } = poisoned;
  const droppedAtUtc = run.now().toISOString();
  const state = `dropped/${queue}/${droppedAtUtc}-${id}.json`;
  await run.ports.states.save(state, { who, droppedAtUtc, ...poisoned });
  run.log.warn("poison message dropped", {
    queue,
    who,
    message: id,
    state,
    what: item?.what,
    id: item?.id,
  });
  return state;
}
