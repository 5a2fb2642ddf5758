/**
 * Brings one PLS and its connections back to what its owner Service declares. Level-based: reads everything afresh, so it
 * may run any number of times, late or out of order. Called by the Private Link Services queue; never writes a PLS that is not proved ours.
 */
import { throwFailures, type Applied, type Apply } from "../changes/applied.ts";
import { isTaggedOff } from "../changes/offTag.ts";
import { isConfirmedSince } from "../changes/order.ts";
import { inParts, oneByOne } from "../changes/parts.ts";
import { SYSTEM, type Cause } from "../changes/plan.ts";
import { enqueueOnce } from "../events/coalesce.ts";
import { AwaitsReport } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { WorkItem } from "../ports/queue.ts";
import { plsPlanner, type PlannedPls } from "./planFor.ts";

/**
 * What was done; empty if the PLS does not exist, is not owned, or is as declared.
 * @throws Error if a write failed · AwaitsReport if the cluster has to confirm first: the queue tries again
 */
export async function reconcilePls(run: Run, apply: Apply, item: WorkItem): Promise<readonly Applied[]> {
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
  { pls, cluster, owner, confirmedSequence = 0 }: PlannedPls,
): Promise<boolean> {
  const { id, version, tags } = pls;
  if (!cluster || owner || version === undefined || isTaggedOff(tags)) return false;
  return !(await isConfirmedSince(run, { cluster: cluster.name, confirmedSequence }, [{ id, version }]));
}

async function planFor(run: Run, id: string): Promise<PlannedPls | undefined> {
  const pls = await run.ports.network.pls(id);
  return pls && plsPlanner(run, "one")(pls);
}

interface Asked {
  readonly planned: PlannedPls;
  readonly cause: Cause;
}

async function carryOut(run: Run, apply: Apply, { planned, cause }: Asked): Promise<readonly Applied[]> {
  const { pls, owner, plan } = planned;
  if (!owner)
    run.log.info("Private Link Service left alone: no living Service is proved to own it", { id: pls.id });
  if (plan.changes.length === 0) return [];
  const options = { inSight: plan.changes.length };
  const applied = await inParts(apply, oneByOne(plan))(run, plan, cause, options);
  if (applied.some(({ guard }) => guard === "fighting"))
    await enqueueOnce(run, { queue: "drift", what: "drift", id: "all" }, { ...cause, why: "two writers" });
  return applied;
}
