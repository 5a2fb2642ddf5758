/** Gives poisoned messages up for good. Each is kept as a state first, with who dropped it: it can be read, and sent by hand. */
import type { Run } from "../../ports/ports.ts";
import type { QueueName } from "../../ports/queue.ts";
import { forgetFailure } from "./failures.ts";
import { takeChosen, type Poisoned } from "./poison.ts";

export interface Dropped extends Poisoned {
  /** Name of the state (`States`) with all of it. */
  readonly state: string;
}

/** Those of them that are gone now; what somebody else took meanwhile is not among them. */
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
