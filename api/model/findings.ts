/** Findings and audits. */
import * as z from "zod";
import { Counts, FindingState, Severity } from "./basics.ts";

export const Acknowledgement = z.object({
  who: z.string(),
  reason: z.string(),
  atUtc: z.string(),
  untilUtc: z.string(),
});
export const Finding = z.object({
  id: z.string(),
  check: z.string(),
  severity: Severity,
  state: FindingState,
  scope: z.string(),
  about: z.string(),
  /** The name of the resource in `about`. */
  name: z.string(),
  cluster: z.string().optional(),
  message: z.string(),
  advice: z.string(),
  declared: z.string().optional(),
  allowed: z.string().optional(),
  actual: z.string().optional(),
  /** True if Mooring can fix it: `POST /findings/{id}/fix`. */
  fixable: z.boolean(),
  planned: z.array(z.string()).optional(),
  firstSeenAtUtc: z.string(),
  lastSeenAtUtc: z.string(),
  resolvedAtUtc: z.string().optional(),
  reopened: z.int().optional(),
  acknowledged: Acknowledgement.optional(),
  /** For `If-Match`. */
  etag: z.string(),
});
export type Finding = z.infer<typeof Finding>;
export const Acknowledge = z.strictObject({
  untilUtc: z.iso.datetime(),
  reason: z.string().trim().min(1).max(500),
});
export type Acknowledge = z.infer<typeof Acknowledge>;

export const Check = z.object({
  id: z.string(),
  title: z.string(),
  severity: Severity,
  on: z.string(),
  docs: z.string(),
});
export type Check = z.infer<typeof Check>;

export const TrendDay = z.object({
  date: z.string(),
  counts: Counts,
  byCheck: z.record(z.string(), z.int()),
});
export type TrendDay = z.infer<typeof TrendDay>;

export const Audit = z.object({
  id: z.string(),
  state: z.enum(["running", "done", "failed", "cancelled"]),
  startedAtUtc: z.string(),
  finishedAtUtc: z.string().optional(),
  who: z.string(),
  why: z.string(),
  total: z.int(),
  finished: z.int(),
  remainingSeconds: z.number().optional(),
  counts: Counts.optional(),
  appeared: z.int().optional(),
  resolved: z.int().optional(),
  failures: z.array(z.object({ scope: z.string(), why: z.string() })),
});
export type Audit = z.infer<typeof Audit>;
export const NewAudit = z.strictObject({
  /**
   * Only these scopes (`subscription:ID`, `vnet:ID`, `mooring`, or the name of a cluster); absent means
   * all.
   */
  scopes: z.array(z.string().min(1)).min(1).optional(),
});
/** The differences between two audits. */
export const AuditDifference = z.object({
  from: z.string(),
  to: z.string(),
  appeared: z.array(
    Finding.partial().required({ id: true, check: true, severity: true, about: true, message: true }),
  ),
  resolved: z.array(
    Finding.partial().required({ id: true, check: true, severity: true, about: true, message: true }),
  ),
  worse: z.array(
    z.object({ id: z.string(), check: z.string(), about: z.string(), from: Severity, to: Severity }),
  ),
  unchanged: z.int(),
});
export type AuditDifference = z.infer<typeof AuditDifference>;
