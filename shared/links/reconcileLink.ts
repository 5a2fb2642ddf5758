/**
 * Brings one link and its connections back to what its owner Service declares. Level-based: reads everything afresh, so it
 * may run any number of times, late or out of order. Called by the links queue; never writes a link that is not proved ours.
 */
import { throwFailures, type Applied, type Apply } from "../changes/applied.ts";
import { isTaggedOff } from "../changes/offTag.ts";
import { isConfirmedSince } from "../changes/order.ts";
import { inParts, oneByOne } from "../changes/parts.ts";
import { SYSTEM, type Cause } from "../changes/plan.ts";
import { enqueueOnce } from "../events/coalesce.ts";
import { AwaitsReport } from "../errors.ts";
import type { Run } from "../ports.ts";
import type { WorkItem } from "../storage/queue.ts";
import { linkPlanner, type PlannedLink } from "./planFor.ts";

/**
 * What was done; empty if the link does not exist, is not owned, or is as declared.
 * @throws Error if a write failed · AwaitsReport if the cluster has to confirm first: the queue tries again
 */
export async function reconcileLink(run: Run, apply: Apply, item: WorkItem): Promise<readonly Applied[]> {
  const planned = await planFor(run, item.id);
  if (!planned) return [];
  if (await mayBeOwnedSoon(run, planned))
    throw new AwaitsReport("the cluster has not confirmed yet whose it is", CONFIRMATION_SECONDS);
  const cause = { why: item.why, who: SYSTEM, correlationId: item.correlationId };
  const applied = throwFailures(await carryOut(run, apply, { planned, cause }));
  const waiting = applied.find(({ guard }) => guard === "awaiting-confirmation");
  if (waiting) throw new AwaitsReport(waiting.why ?? "", CONFIRMATION_SECONDS);
  return applied;
}

/** About as long as a cluster collects changes before it reports them. */
const CONFIRMATION_SECONDS = 10;

/** The controller may have created it before its Service reached Mooring: that is certain once the cluster confirmed something since. */
async function mayBeOwnedSoon(
  run: Run,
  { link, cluster, owner, confirmedSequence = 0 }: PlannedLink,
): Promise<boolean> {
  const { id, version, tags } = link;
  if (!cluster || owner || version === undefined || isTaggedOff(tags)) return false;
  return !(await isConfirmedSince(run, { cluster: cluster.name, confirmedSequence }, [{ id, version }]));
}

async function planFor(run: Run, id: string): Promise<PlannedLink | undefined> {
  const link = await run.ports.network.link(id);
  return link && linkPlanner(run, "one")(link);
}

interface Asked {
  readonly planned: PlannedLink;
  readonly cause: Cause;
}

async function carryOut(run: Run, apply: Apply, { planned, cause }: Asked): Promise<readonly Applied[]> {
  const { link, owner, plan } = planned;
  if (!owner) run.log.info("link left alone: no living Service is proved to own it", { id: link.id });
  if (plan.changes.length === 0) return [];
  const options = { inSight: plan.changes.length };
  const applied = await inParts(apply, oneByOne(plan))(run, plan, cause, options);
  if (applied.some(({ guard }) => guard === "fighting"))
    await enqueueOnce(run, { queue: "drift", what: "drift", id: "all" }, { ...cause, why: "two writers" });
  return applied;
}
