/** Selects messages of a poison queue: all, or those with an id prefix. */
import { InvalidInput } from "../../core/errors.ts";
import type { Run } from "../../ports/ports.ts";
import type { QueueName } from "../../ports/queue.ts";
import { toPoisoned, type Poisoned } from "./poison.ts";

export type Selection = "all" | readonly string[];

/** @throws InvalidInput with each prefix that matches no message or more than one */
export async function choosePoison(run: Run, queue: QueueName, selection: Selection): Promise<Poisoned[]> {
  const all: Poisoned[] = [];
  await run.ports.queue.takePoison(queue, async (message) => {
    all.push(await toPoisoned(run, queue, message));
    return false;
  });
  if (selection === "all") return all;
  const problems = selection.flatMap((start) => problemOf(all, queue, start));
  if (problems.length > 0) throw new InvalidInput(problems);
  return all.filter(({ id }) => selection.some((start) => id.startsWith(start)));
}

function problemOf(all: readonly Poisoned[], queue: QueueName, start: string): string[] {
  const count = start === "" ? 0 : all.filter(({ id }) => id.startsWith(start)).length;
  if (count === 1) return [];
  if (count > 1) return [`${start}: ambiguous, ${count} messages match; use a longer id`];
  return [`${start}: not found in the poison queue of ${queue}, or in use by another operator`];
}
