/** Measures queues and failures, and removes superseded messages and the reasons of expired ones. Called by a timer, so by one instance at a time. */
import type { Run } from "../../ports/ports.ts";
import { measureOutcomes } from "../outcome.ts";
import { QUEUES, type QueueName } from "../../ports/queue.ts";
import { forgetOldFailures } from "./failures.ts";
import { dropSuperseded } from "./supersede.ts";
import { waitForAll } from "../../core/waitForAll.ts";

export async function watchQueues(run: Run): Promise<void> {
  await waitForAll([measureOutcomes(run), ...QUEUES.map((queue) => watch(run, queue))]);
}

async function watch(run: Run, queue: QueueName): Promise<void> {
  await dropSuperseded(run, queue);
  const [waiting, poisoned] = await waitForAll([
    run.ports.queue.state(queue),
    run.ports.queue.poisonState(queue),
  ]);
  const { metrics } = run.ports;
  metrics.record("mooring.queue.length", waiting.length, { queue });
  metrics.record("mooring.queue.poisoned", poisoned.length, { queue });
  metrics.record("mooring.queue.age", secondsSince(run, waiting.oldestAtUtc), { queue });
  await forgetOldFailures(run, queue);
}

function secondsSince(run: Run, atUtc: string | undefined): number {
  if (atUtc === undefined) return 0;
  return Math.max(0, (run.now().getTime() - Date.parse(atUtc)) / 1000);
}
