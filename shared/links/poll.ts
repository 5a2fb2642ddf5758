/**
 * Looks at every link of the watched subscriptions, one list each: new connections often raise no event, and events get lost. Only
 * links with something to do become work. Called by a timer.
 */
import { enqueueOnce } from "../events/coalesce.ts";
import type { Run } from "../ports.ts";
import { linkPlanner } from "./planFor.ts";

/** How many links were found with something to do. */
export async function pollLinks(run: Run): Promise<number> {
  const { network, subscriptions } = run.ports;
  const links = (await Promise.all(subscriptions.map((one) => network.links(one)))).flat();
  const plan = linkPlanner(run, "all");
  let found = 0;
  for (const link of links) {
    if ((await plan(link)).plan.changes.length === 0) continue;
    found += 1;
    const hint = { why: "poll", correlationId: run.newId() };
    await enqueueOnce(run, { queue: "links", what: "link", id: link.id }, hint);
  }
  return found;
}
