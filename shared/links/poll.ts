/**
 * Looks at every link of the watched subscriptions, one list each: new connections often raise no event, and events get lost. Only
 * links with something to do become work. Called by a timer.
 */
import { enqueueOnce } from "../events/coalesce.ts";
import type { Link } from "../network/model.ts";
import type { Run } from "../ports.ts";
import { linkPlanner } from "./planFor.ts";
import { messageOf } from "../messageOf.ts";
import { waitForAll } from "../waitForAll.ts";

/** With more failures than this, what all links need is unavailable: the poll ends. */
const MOST_FAILURES = 20;

/**
 * How many links were found with something to do. A subscription that cannot be read, or a link that cannot be planned, does not stop the
 * others. @throws Error at the end, naming each
 */
export async function pollLinks(run: Run): Promise<number> {
  const failures: Error[] = [];
  const links = await listLinks(run, failures);
  const plan = linkPlanner(run, "all");
  let found = 0;
  for (const link of links) {
    if (failures.length > MOST_FAILURES) break;
    await attempt(run, { about: link.id, failures }, async () => {
      if ((await plan(link)).plan.changes.length === 0) return;
      const hint = { why: "poll", correlationId: run.newId() };
      await enqueueOnce(run, { queue: "links", what: "link", id: link.id }, hint);
      found += 1;
    });
  }
  if (failures.length === 0) return found;
  throw new Error(failures.map(({ message }) => message).join("; "), { cause: failures });
}

async function listLinks(run: Run, failures: Error[]): Promise<readonly Link[]> {
  const { network, subscriptions } = run.ports;
  const lists = subscriptions.map((subscription) =>
    attempt(run, { about: subscription, failures }, () => network.links(subscription)),
  );
  return (await waitForAll(lists)).flatMap((links) => links ?? []);
}

interface Attempt {
  /** A subscription or a link. */
  readonly about: string;
  readonly failures: Error[];
}

/** `undefined` if it failed, which is logged and remembered. */
async function attempt<T>(
  run: Run,
  { about, failures }: Attempt,
  action: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    const why = messageOf(error);
    run.log.warn("poll failed", { about, why });
    failures.push(new Error(`${about}: ${why}`, { cause: error }));
    return undefined;
  }
}
