/**
 * Finds orphans, quarantines the proved ones, and deletes those whose grace is over, each proved once more from fresh reads
 * right before. Mode `observe` (the default) only tells. Called by the orphans queue; safe to run any number of times.
 */
import { throwFailures, type Applied, type Apply, type ApplyOptions } from "../changes/applied.ts";
import { printPlan } from "../changes/diff.ts";
import { inParts } from "../changes/parts.ts";
import { SYSTEM, type Change, type Plan } from "../changes/plan.ts";
import { sameId } from "../network/resourceId.ts";
import { readPolicy } from "../policyStore.ts";
import type { Run } from "../ports.ts";
import type { WorkItem } from "../storage/queue.ts";
import { resolveDangling } from "../changes/dangling.ts";
import { withLease } from "../storage/lease.ts";
import { findOrphans } from "./classify.ts";
import { findCluster } from "../clusters/registry.ts";
import { gatherAround, gatherWorld } from "./gather.ts";
import { recordOrphans } from "./countOrphans.ts";
import { leave, listQuarantine, previewQuarantine, updateQuarantine } from "./quarantine.ts";
import { partsOf, planSweep } from "./planSweep.ts";
import type { Quarantined } from "./model.ts";
import { removedBy } from "./removeFrontend.ts";

export function sweepOrphans(run: Run, apply: Apply, item: WorkItem): Promise<readonly Applied[]> {
  return withLease(run, "sweep", async () => {
    await resolveDangling(run);
    const due = await planDue(run);
    if (due.plan.changes.length > 0) run.log.info("sweep planned", { plan: printPlan(due.plan).split("\n") });
    const cause = { why: item.why, who: SYSTEM, correlationId: item.correlationId };
    const applied = await inParts(apply, due.parts)(run, due.plan, cause, due.options);
    await releaseDeleted(run, due.quarantined, applied);
    recordOrphans(run, await listQuarantine(run));
    return throwFailures(applied);
  });
}

/** For a sweep that a person asks for: parts as they are, one sweep at a time, so that budgets count each delete once. */
export function sweepAlone(apply: Apply, parts: readonly Plan[]): Apply {
  return (run, ...rest) => withLease(run, "sweep", () => inParts(apply, parts)(run, ...rest));
}

export interface Due {
  readonly plan: Plan;
  /** The same, in parts that do not depend on each other. */
  readonly parts: readonly Plan[];
  readonly quarantined: readonly Quarantined[];
  /** With the last proof that every delete needs. */
  readonly options: ApplyOptions;
}

/** Brings the quarantine up to date and plans the deletes that are due. */
export function planDue(run: Run): Promise<Due> {
  return plan(run, updateQuarantine);
}

/** The same plan; the quarantine stays as it is. */
export function previewDue(run: Run): Promise<Due> {
  return plan(run, previewQuarantine);
}

async function plan(run: Run, quarantine: typeof updateQuarantine): Promise<Due> {
  const { policy } = await readPolicy(run);
  const world = await gatherWorld(run, policy);
  const quarantined = await quarantine(run, { candidates: findOrphans(world), world, policy });
  const connections = world.links.flatMap((link) => link.connections);
  const inSight = world.balancers.length + world.links.length + connections.length;
  const stillTrue = (change: Change) => refutation(run, change);
  const whole = planSweep(quarantined, world);
  return { plan: whole, parts: partsOf(whole, world), quarantined, options: { inSight, stillTrue } };
}

/** Why the resource must stay, judged on a world read now; `undefined` if it is still a proved orphan. */
async function refutation(run: Run, change: Change): Promise<string | undefined> {
  const { policy } = await readPolicy(run);
  const cluster = await findCluster(run, change.cluster);
  if (!cluster) return `cluster ${change.cluster} is not registered any more`;
  const world = await gatherAround(run, policy, cluster);
  const proved = findOrphans(world).filter(({ verdict }) => verdict === "orphan");
  const isProved = (id: string) => proved.some(({ resourceId }) => sameId(resourceId, id));
  const removed = removedBy(change);
  if (removed.length > 0 && removed.every(isProved)) return undefined;
  const link = world.links.find(({ connections }) =>
    connections.some(({ id }) => sameId(id, change.resourceId)),
  );
  if (change.action === "delete" && link && isProved(link.id)) return undefined;
  return "not proved an orphan any more";
}

/** What was deleted has left quarantine. */
export async function releaseDeleted(
  run: Run,
  quarantined: readonly Quarantined[],
  applied: readonly Applied[],
): Promise<void> {
  const deleted = applied
    .filter(({ outcome }) => outcome === "applied")
    .flatMap(({ change }) => removedBy(change));
  for (const row of quarantined) if (deleted.some((id) => sameId(id, row.resourceId))) await leave(run, row);
}
