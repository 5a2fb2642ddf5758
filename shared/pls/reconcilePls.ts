/**
 * Reconciles one PLS and its connections with the declaration of the owning Service. Level-based: reads the
 * current state, so it may run any number of times, late or out of order. Called by the queue `pls`; never
 * writes a PLS without a proved owner.
 */
import { throwFailures, type Applied, type Apply } from "../changes/applied.ts";
import { isTaggedOff } from "../changes/offTag.ts";
import { isConfirmedSince } from "../changes/order.ts";
import { inPartsToRecord, oneByOne } from "../changes/parts.ts";
import { SYSTEM, type Cause } from "../changes/plan.ts";
import { enqueueOnce } from "../events/coalesce.ts";
import { AwaitsReport, NotYet } from "../core/errors.ts";
import type { Run } from "../ports/ports.ts";
import type { WorkItem } from "../ports/queue.ts";
import { planById, type PlannedPls } from "./planFor.ts";
import { reverified } from "./reverify.ts";

/**
 * The results; empty if the PLS does not exist, has no owner, or matches the declaration. @throws Error if a
 * write failed · NotYet if all failures pass, or the declaration changed since the plan · AwaitsReport if the
 * cluster has to confirm first: the queue retries
 */
export async function reconcilePls(run: Run, apply: Apply, item: WorkItem): Promise<readonly Applied[]> {
  const planned = await planById(run, item.id);
  if (!planned) return [];
  if (await mayBeOwnedSoon(run, planned))
    throw new AwaitsReport("the cluster has not confirmed its owner yet", CONFIRMATION_SECONDS);
  const cause = { why: item.why, who: SYSTEM, correlationId: item.correlationId };
  const applied = throwFailures(await carryOut(run, apply, { planned, cause }));
  throwPostponed(applied);
  return applied;
}

/** A new plan still narrows what the refused change narrowed, so it is made at once. @throws AwaitsReport or NotYet */
function throwPostponed(applied: readonly Applied[]): void {
  const refusedBy = (code: string) => applied.find(({ guard }) => guard === code);
  const outdated = refusedBy("last-proof");
  if (outdated) throw new NotYet(outdated.why ?? "", REPLAN_SECONDS);
  const waiting = refusedBy("awaiting-confirmation");
  if (waiting) throw new AwaitsReport(waiting.why ?? "", CONFIRMATION_SECONDS);
}

const REPLAN_SECONDS = 1;

/** About as long as the sender of a cluster collects changes before it posts them. */
const CONFIRMATION_SECONDS = 10;

/**
 * The controller may have created it before Mooring received its Service: this is excluded after the next
 * confirmation of the cluster.
 */
async function mayBeOwnedSoon(
  run: Run,
  { pls, cluster, owner, confirmedSequence = 0 }: PlannedPls,
): Promise<boolean> {
  const { id, version, tags } = pls;
  if (!cluster || owner || version === undefined || isTaggedOff(tags)) return false;
  return !(await isConfirmedSince(run, { cluster: cluster.name, confirmedSequence }, [{ id, version }]));
}

interface Asked {
  readonly planned: PlannedPls;
  readonly cause: Cause;
}

async function carryOut(run: Run, apply: Apply, { planned, cause }: Asked): Promise<readonly Applied[]> {
  const { pls, owner, plan } = planned;
  if (!owner) run.log.info("Private Link Service skipped: no confirmed Service owns it", { id: pls.id });
  if (plan.changes.length === 0) return [];
  const applied = await inPartsToRecord(apply, oneByOne(plan))(run, plan, cause, reverified(run, plan));
  if (applied.some(({ guard }) => guard === "fighting"))
    await enqueueOnce(run, { queue: "drift", what: "drift", id: "all" }, { ...cause, why: "two writers" });
  return applied;
}
