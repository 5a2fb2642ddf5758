import { Refused } from "../../core/errors.ts";
import type { Failure } from "../../ports/activity.ts";
import { parseResourceId } from "../../azure/resourceId.ts";
import { once } from "../../core/once.ts";
import type { World } from "../../orphans/world.ts";
import type { Run } from "../../ports/ports.ts";
import type { Subjects } from "../check.ts";
import { isOverdue, likelyFailure } from "../subjects.ts";
import { waitForAll } from "../../core/waitForAll.ts";

/** How far back the activity log is searched. */
const LOOK_BACK_HOURS = 24;

/** Adds the likely cause to overdue Services; one request for each cluster that has any. */
export function withFailures(
  run: Run,
  world: World,
  services: readonly Subjects["service"][],
): Promise<Subjects["service"][]> {
  const failuresOf = once((name) => failuresIn(run, world, name));
  return waitForAll(
    services.map(async (subject) => {
      if (!isOverdue(subject)) return subject;
      const failure = likelyFailure(subject, await failuresOf(subject.declared.cluster));
      return failure ? { ...subject, failure } : subject;
    }),
  );
}

/** Empty, with a warning in the log, without permission to read the activity log: the finding then has no cause. */
async function failuresIn(run: Run, world: World, name: string): Promise<readonly Failure[]> {
  const cluster = world.clusters.find((view) => view.cluster.name === name)?.cluster;
  if (!cluster) return [];
  const subscription = parseResourceId(cluster.resourceId)?.subscription.toLowerCase() ?? "";
  const sinceUtc = new Date(run.now().getTime() - LOOK_BACK_HOURS * 3_600_000).toISOString();
  try {
    return await run.ports.activity.failures(subscription, cluster.nodeResourceGroup, sinceUtc);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    run.log.warn("no permission to read the activity log", { cluster: name, why: error.message });
    return [];
  }
}
