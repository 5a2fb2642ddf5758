/** Findings and audits. */
import * as z from "zod";
import { Acknowledgement, Finding as Stored } from "../../shared/findings/finding.ts";
import { Counts, FindingState, Severity } from "./basics.ts";

export { Acknowledgement };

export const Finding = z.object({
  ...Stored.omit({ opensAtUtc: true, reopenedAtUtc: true, changed: true }).shape,
  state: FindingState,
  name: z.string().describe("Last segment of `about`"),
  fixable: z.boolean().describe("True if `POST /findings/{id}/fix` can repair it"),
  etag: z.string().describe("For `If-Match`"),
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
