/** What would be written, and what became of it. */
import * as z from "zod";
import { Evidence, Problem } from "./basics.ts";

export const PlanLine = z.object({ mark: z.enum(["+", "~", "-", " "]), text: z.string() });
export const PlannedChange = z.object({
  action: z.enum(["create", "update", "delete"]),
  resourceId: z.string(),
  name: z.string(),
  capability: z.enum(["privateLinkServices", "connections", "rejections", "sweep"]),
  cluster: z.string(),
  reason: z.string(),
  /** What is edited, a line each. */
  lines: z.array(PlanLine),
  evidence: z.array(Evidence),
});
export type PlannedChange = z.infer<typeof PlannedChange>;
/** What a mutating call would do. Its `etag` goes into `If-Match` of the call that does it: what is done is what was shown. */
export const Plan = z.object({
  changes: z.array(PlannedChange),
  /** What will not be as it was, or what else to know. */
  losses: z.array(z.string()),
  etag: z.string(),
});
export type Plan = z.infer<typeof Plan>;
export const Applied = z.object({
  resourceId: z.string(),
  outcome: z.enum(["applied", "observed", "refused", "failed", "left"]),
  why: z.string().optional(),
  /** Code of the guard that refused. */
  guard: z.string().optional(),
  journalId: z.string().optional(),
});
export type Applied = z.infer<typeof Applied>;
/** Without `dryRun=true` the plan was carried out and `applied` says what became of it. */
export const Outcome = z.object({ plan: Plan, applied: z.array(Applied).optional() });
export type Outcome = z.infer<typeof Outcome>;

/** Of a sweep. */
export const SweepOutcome = Outcome.extend({
  awaited: z
    .array(z.string())
    .describe("Clusters with orphans that are due, and that have to confirm again before these are deleted"),
  unreadable: z
    .array(z.string())
    .describe(
      "Subscriptions that could not be read: nothing of them is judged, and nothing of them is deleted",
    ),
});
export type SweepOutcome = z.infer<typeof SweepOutcome>;

/** Nothing is done: what would be done is not what `If-Match` names any more. This is it now. */
export const PlanProblem = Problem.extend({ plan: Plan.optional() });
export type PlanProblem = z.infer<typeof PlanProblem>;

export const NewStop = z.strictObject({ reason: z.string().trim().min(1).max(500) });
/** `stopped` is absent while policy decides. */
export const Writing = z.object({ stopped: z.object({ why: z.string(), sinceUtc: z.string() }).optional() });
export type Writing = z.infer<typeof Writing>;
