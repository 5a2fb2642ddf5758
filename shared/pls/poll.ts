/**
 * Lists the Private Link Services of each watched subscription, because new connections often raise no event
 * and events get lost. Enqueues work only for those with a plan. Called by a timer.
 */
import { enqueueOnce } from "../events/coalesce.ts";
import type { PrivateLinkService } from "../azure/networkModel.ts";
import { parseResourceId } from "../azure/resourceId.ts";
import { subscriptionSubject } from "../storage/outcome.ts";
import { recordAll, type Notes } from "../storage/recordOutcome.ts";
import type { Run } from "../ports/ports.ts";
import { Incomplete } from "../core/errors.ts";
import { plsPlanner } from "./planFor.ts";
import { messageOf } from "../core/messageOf.ts";
import { waitForAll } from "../core/waitForAll.ts";

/** With more failures than this, a shared dependency is unavailable: the poll ends. */
const MOST_FAILURES = 20;

/**
 * Returns the number of Private Link Services for which work was enqueued. A subscription that cannot be
 * read, or a PLS that cannot be planned, does not stop the others. @throws Incomplete at the end, naming each
 */
export async function pollPrivateLinkServices(run: Run): Promise<number> {
  const failures: Error[] = [];
  const subjects = run.ports.subscriptions.map(subscriptionSubject);
  const found = await recordAll(run, { operation: "poll", subjects }, (notes) =>
    poll(run, { failures, notes }),
  );
  if (failures.length === 0) return found;
  throw new Incomplete(failures.map(({ message }) => message).join("; "), { cause: failures });
}

interface Polling {
  readonly failures: Error[];
  readonly notes: Notes;
}

async function poll(run: Run, polling: Polling): Promise<number> {
  const { failures, notes } = polling;
  const privateLinkServices = await listPrivateLinkServices(run, polling);
  const plan = plsPlanner(run, "all");
  let found = 0;
  for (const pls of privateLinkServices) {
    if (failures.length > MOST_FAILURES) {
      notes.failed(subjectOf(pls.id), new Incomplete("the poll ended after too many failures"));
      continue;
    }
    await attempt(run, { about: pls.id, ...polling }, async () => {
      if ((await plan(pls)).plan.changes.length === 0) return;
      const hint = { why: "poll", correlationId: run.newId() };
      await enqueueOnce(run, { queue: "pls", what: "pls", id: pls.id }, hint);
      found += 1;
    });
  }
  return found;
}

function subjectOf(about: string): string {
  return subscriptionSubject(parseResourceId(about)?.subscription ?? about);
}

async function listPrivateLinkServices(run: Run, polling: Polling): Promise<readonly PrivateLinkService[]> {
  const { network, subscriptions } = run.ports;
  const lists = subscriptions.map((subscription) =>
    attempt(run, { about: subscription, ...polling }, () => network.privateLinkServices(subscription)),
  );
  return (await waitForAll(lists)).flatMap((privateLinkServices) => privateLinkServices ?? []);
}

interface Attempt extends Polling {
  /** A subscription or a PLS. */
  readonly about: string;
}

/** `undefined` if it failed; the failure is logged and recorded. */
async function attempt<T>(
  run: Run,
  { about, failures, notes }: Attempt,
  action: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    const why = messageOf(error);
    run.log.warn("poll failed", { about, why });
    notes.failed(subjectOf(about), error);
    failures.push(new Error(`${about}: ${why}`, { cause: error }));
    return undefined;
  }
}
