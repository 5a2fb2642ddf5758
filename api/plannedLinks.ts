import { linkPlanner, type PlannedLink } from "../shared/links/planFor.ts";
import type { Run } from "../shared/ports.ts";
import { recently } from "./recent.ts";
import { waitForAll } from "../shared/waitForAll.ts";

/** Every link of the watched subscriptions with what would be done about it, as Azure said at most ten seconds ago. */
export function plannedLinks(run: Run): Promise<readonly PlannedLink[]> {
  return recently(run, "links", async () => {
    const { network, subscriptions } = run.ports;
    const all = await waitForAll(subscriptions.map((one) => network.links(one)));
    return waitForAll(all.flat().map(linkPlanner(run, "all")));
  });
}
