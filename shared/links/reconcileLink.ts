/**
 * Brings one link and its connections back to what its owner Service declares. Level-based: reads everything afresh, so it
 * may run any number of times, late or out of order. Called by the links queue; never writes a link that is not proved ours.
 */
import { throwFailures, type Applied, type Apply } from "../changes/applied.ts";
import { inParts, oneByOne } from "../changes/parts.ts";
import { SYSTEM, type Cause } from "../changes/plan.ts";
import { enqueueOnce } from "../events/coalesce.ts";
import type { Run } from "../ports.ts";
import type { WorkItem } from "../storage/queue.ts";
import { linkPlanner } from "./planFor.ts";

/** What was done; empty if the link is gone, not ours, or as declared. @throws Error if a write failed: the queue tries again */
export async function reconcileLink(run: Run, apply: Apply, item: WorkItem): Promise<readonly Applied[]> {
  const cause = { why: item.why, who: SYSTEM, correlationId: item.correlationId };
  return throwFailures(await reconcile(run, apply, item.id, cause));
}

/** The same, for whoever asks; failures are told, not thrown. */
export async function reconcile(
  run: Run,
  apply: Apply,
  id: string,
  cause: Cause,
): Promise<readonly Applied[]> {
  const link = await run.ports.network.link(id);
  if (!link) return [];
  const { owner, plan } = await linkPlanner(run, "one")(link);
  if (!owner) run.log.info("link left alone: no living Service is proved to own it", { id: link.id });
  if (plan.changes.length === 0) return [];
  const options = { inSight: plan.changes.length };
  const applied = await inParts(apply, oneByOne(plan))(run, plan, cause, options);
  if (applied.some(({ why }) => why?.startsWith("fighting:")))
    await enqueueOnce(run, { queue: "drift", what: "drift", id: "all" }, { ...cause, why: "two writers" });
  return applied;
}
