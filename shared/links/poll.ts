/**
 * Looks at every link of the watched subscriptions, one list each: new connections often raise no event, and events get lost. Only
 * links with something to do become work. Called by a timer.
 */
import { enqueueOnce } from "../events/coalesce.ts";
import type { Link } from "../network/model.ts";
import { parseResourceId } from "../network/resourceId.ts";
import { subscriptionSubject } from "../outcomes/outcome.ts";
import { recordWhole, type Notes } from "../outcomes/record.ts";
import type { Run } from "../ports.ts";
import { Incomplete } from "../errors.ts";
import { linkPlanner } from "./planFor.ts";
import { messageOf } from "../messageOf.ts";
import { waitForAll } from "../waitForAll.ts";

/** With more failures than this, what all links need is unavailable: the poll ends. */
const MOST_FAILURES = 20;

/**
 * How many links were found with something to do. A subscription that cannot be read, or a link that cannot be planned, does not stop the
 * others. @throws Incomplete at the end, naming each
 */
export async function pollLinks(run: Run): Promise<number> {
  const failures: Error[] = [];
  const subjects = run.ports.subscriptions.map(subscriptionSubject);
  const found = await recordWhole(run, { operation: "poll", subjects }, (notes) =>
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
  const links = await listLinks(run, polling);
  const plan = linkPlanner(run, "all");
  let found = 0;
  for (const link of links) {
    if (failures.length > MOST_FAILURES) {
      notes.failed(subjectOf(link.id), new Incomplete("the poll ended after too many failures"));
      continue;
    }
    await attempt(run, { about: link.id, ...polling }, async () => {
      if ((await plan(link)).plan.changes.length === 0) return;
      const hint = { why: "poll", correlationId: run.newId() };
      await enqueueOnce(run, { queue: "links", what: "link", id: link.id }, hint);
      found += 1;
    });
  }
  return found;
}

function subjectOf(about: string): string {
  return subscriptionSubject(parseResourceId(about)?.subscription ?? about);
}

async function listLinks(run: Run, polling: Polling): Promise<readonly Link[]> {
  const { network, subscriptions } = run.ports;
  const lists = subscriptions.map((subscription) =>
    attempt(run, { about: subscription, ...polling }, () => network.links(subscription)),
  );
  return (await waitForAll(lists)).flatMap((links) => links ?? []);
}

interface Attempt extends Polling {
  /** A subscription or a link. */
  readonly about: string;
}

/** `undefined` if it failed, which is logged and remembered. */
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
