import { plsPlanner, type PlannedPls } from "../shared/pls/planFor.ts";
import type { Run } from "../shared/ports/ports.ts";
import { recently } from "./recent.ts";
import { waitForAll } from "../shared/core/waitForAll.ts";

/** Every PLS of the watched subscriptions with its planned changes. Azure data is at most ten seconds old. */
export function plannedPrivateLinkServices(run: Run): Promise<readonly PlannedPls[]> {
  return recently(run, "pls", async () => {
    const { network, subscriptions } = run.ports;
    const all = await waitForAll(subscriptions.map((one) => network.privateLinkServices(one)));
    return waitForAll(all.flat().map(plsPlanner(run, "all")));
  });
}
