/**
 * Plans and their results. A call that writes to Azure returns its plan with `dryRun=true`. Without it, the
 * call computes the plan again and applies it only if it matches `If-Match`.
 */
import * as z from "zod";
import type { Applied as AppliedChange, Apply, ApplyOptions } from "../shared/changes/applied.ts";
import { changeLines } from "../shared/changes/diff.ts";
import type { Change, Plan as PlannedChanges } from "../shared/changes/plan.ts";
import { resourceName } from "../shared/azure/resourceId.ts";
import { etagOf, names } from "./etag.ts";
import type { Applied, Outcome, Plan, PlannedChange } from "./model.ts";
import type { Call, Reply } from "./operation.ts";
import { ApiProblem } from "./problem.ts";
import { forget } from "./recent.ts";

/** Query parameters of every call that writes to Azure. */
export const planning = z.strictObject({
  dryRun: z.enum(["true", "false"]).default("false"),
});

export interface Doing {
  readonly plan: PlannedChanges;
  readonly losses?: readonly string[];
  /** For the journal. */
  readonly why: string;
  readonly apply: Apply;
  /**
   * Runs before the plan is applied, also if the plan is empty; not in a dry run, and not if the plan
   * changed.
   */
  readonly prepare?: () => Promise<void>;
  /** Set if the plan is part of a larger one, or if a last verification precedes its writes. */
  readonly options?: ApplyOptions;
}

/** @throws ApiProblem 428 without `If-Match`; 412 with the current plan if it does not match */
export async function carryOut(
  call: Call<unknown, z.infer<typeof planning>>,
  doing: Doing,
): Promise<Reply<Outcome> & { readonly results: readonly AppliedChange[] }> {
  const plan = showPlan(doing.plan, doing.losses);
  if (call.query.dryRun === "true") return { body: { plan }, etag: plan.etag, results: [] };
  demandShown(call, plan);
  const { run, principal } = call;
  const cause = { why: doing.why, who: principal.name, correlationId: run.newId() };
  const { options = { inSight: doing.plan.changes.length } } = doing;
  await doing.prepare?.();
  const results = await applied();
  return { body: { plan, applied: results.map(showApplied) }, results };

  /** Whatever the outcome, later reads must not return cached data from before the write. */
  async function applied(): Promise<readonly AppliedChange[]> {
    try {
      return doing.plan.changes.length > 0 ? await doing.apply(run, doing.plan, cause, options) : [];
    } finally {
      forget(run);
    }
  }
}

function demandShown({ ifMatch }: Call, plan: Plan): void {
  if (ifMatch === undefined)
    throw new ApiProblem(428, "Call with dryRun=true first, then send the etag of that plan in If-Match");
  // `*` would accept a plan that the caller has not seen.
  if (ifMatch.trim() !== "*" && names(ifMatch, [plan.etag])) return;
  throw new ApiProblem(412, "The plan changed after it was shown; review the current plan", {
    more: { plan },
  });
}

export function showPlan({ changes }: PlannedChanges, losses: readonly string[] = []): Plan {
  return { changes: changes.map(showChange), losses: [...losses], etag: etagOfPlan(changes, losses) };
}

/** Hash of the changes and their reasons; newer evidence of the same facts does not change it. */
function etagOfPlan(changes: readonly Change[], losses: readonly string[]): string {
  const said = changes.map(({ evidence, confirmedSequence: _order, ...change }) => ({
    ...change,
    evidence: evidence.map(({ says, source }) => ({ says, source })),
  }));
  return etagOf(JSON.stringify({ said, losses }));
}

export function showChange(change: Change): PlannedChange {
  const { action, resourceId, capability, cluster, reason, evidence } = change;
  return {
    action,
    resourceId,
    name: resourceName(resourceId),
    capability,
    cluster,
    reason,
    lines: changeLines(change).map(({ mark, text }) => ({ mark, text })),
    evidence: evidence.map(({ says, source, atUtc, version }) => ({
      says,
      source,
      atUtc,
      ...(version && { version }),
    })),
  };
}

function showApplied({ change, outcome, why, guard, journalId }: AppliedChange): Applied {
  return {
    resourceId: change.resourceId,
    outcome,
    ...(why !== undefined && { why }),
    ...(guard !== undefined && { guard }),
    ...(journalId !== undefined && { journalId }),
  };
}
