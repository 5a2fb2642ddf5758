/** Planned changes and their results. */
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
  /** The edited properties, one line each. */
  lines: z.array(PlanLine),
  evidence: z.array(Evidence),
});
export type PlannedChange = z.infer<typeof PlannedChange>;
/**
 * The changes that a call would make. Send its `etag` in `If-Match` of the call that applies it: Mooring
 * applies only the plan that was shown.
 */
export const Plan = z.object({
  changes: z.array(PlannedChange),
  /** What the change cannot restore, or other consequences. */
  losses: z.array(z.string()),
  etag: z.string(),
});
export type Plan = z.infer<typeof Plan>;
export const Applied = z.object({
  resourceId: z.string(),
  outcome: z.enum(["applied", "observed", "refused", "failed", "left"]),
  why: z.string().optional(),
  /** Code of the guard that refused the change. */
  guard: z.string().optional(),
  journalId: z.string().optional(),
});
export type Applied = z.infer<typeof Applied>;
/** Without `dryRun=true` the plan was applied, and `applied` has the results. */
export const Outcome = z.object({ plan: Plan, applied: z.array(Applied).optional() });
export type Outcome = z.infer<typeof Outcome>;

/** Result of a sweep. */
export const SweepOutcome = Outcome.extend({
  awaited: z
    .array(z.string())
    .describe("Clusters with due orphans that must confirm again before Mooring deletes them"),
  unreadable: z
    .array(z.string())
    .describe("Subscriptions that could not be read: Mooring neither evaluates nor deletes their resources"),
});
export type SweepOutcome = z.infer<typeof SweepOutcome>;

/** Nothing was applied: the plan changed and does not match `If-Match`. This is the current plan. */
export const PlanProblem = Problem.extend({ plan: Plan.optional() });
export type PlanProblem = z.infer<typeof PlanProblem>;

export const NewStop = z.strictObject({ reason: z.string().trim().min(1).max(500) });
export const NewResume = z.strictObject({});
/** `stopped` is absent while the policy decides. */
export const Writing = z.object({ stopped: z.object({ why: z.string(), sinceUtc: z.string() }).optional() });
export type Writing = z.infer<typeof Writing>;
