/** Azure resources that no existing Service uses. */
import * as z from "zod";
import { Evidence } from "./basics.ts";

const HELD = { who: z.string(), why: z.string(), sinceUtc: z.string() };

export const Orphan = z.object({
  key: z.string(),
  resourceId: z.string(),
  name: z.string(),
  kind: z.enum(["loadBalancer", "frontend", "rule", "pls", "connection"]),
  cluster: z.string(),
  verdict: z.enum(["orphan", "unproved"]),
  for: z.array(Evidence),
  against: z.array(z.string()),
  missing: z.array(z.string()),
  quarantine: z
    .object({
      reason: z.string(),
      sinceUtc: z.string(),
      deleteAfterUtc: z.string(),
      /** True until the cluster sends a list: the grace period begins then, so `deleteAfterUtc` is the earliest. */
      awaitsFirstReport: z.boolean(),
      lastProvedAtUtc: z.string(),
    })
    .optional(),
  hold: z.object(HELD).optional(),
});
export type Orphan = z.infer<typeof Orphan>;
export const Orphans = z.object({
  /** Mode of sweep: `observe` deletes nothing automatically. */
  mode: z.enum(["observe", "enforce"]),
  items: z.array(Orphan),
  /** Subscriptions that could not be read: their orphans are not listed. */
  unreadable: z.array(z.string()),
  continuation: z.string().optional(),
  /** Deleted by a sweep and restorable, newest first; on the first page only. */
  deleted: z.array(
    z.object({
      journalId: z.string(),
      resourceId: z.string(),
      name: z.string(),
      atUtc: z.string(),
      losses: z.array(z.string()),
    }),
  ),
});
export type Orphans = z.infer<typeof Orphans>;
/** Creates again what a sweep deleted: the journal entry of the delete. */
export const Restore = z.strictObject({ journalId: z.string().min(4).max(128) });
/** A resource that an operator keeps; it may be in use, or no longer exist. */
export const Hold = z.object({ key: z.string(), resourceId: z.string(), name: z.string(), ...HELD });
export type Hold = z.infer<typeof Hold>;
export const Holds = z.object({ items: z.array(Hold), continuation: z.string().optional() });
export type Holds = z.infer<typeof Holds>;
export const NewHold = z.strictObject({ reason: z.string().trim().min(1).max(500) });
