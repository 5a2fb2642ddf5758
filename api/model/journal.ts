/** Changes that Mooring made in Azure. */
import * as z from "zod";
import { PlannedChange } from "./plans.ts";

export const JournalEntry = z.object({
  id: z.string(),
  atUtc: z.string(),
  completedAtUtc: z.string().optional(),
  outcome: z.enum(["intended", "applied", "refused", "failed", "unknown", "released"]),
  why: z.string().optional(),
  who: z.string(),
  cause: z.string(),
  correlationId: z.string(),
  policyVersion: z.string(),
  change: PlannedChange,
  undoable: z.boolean(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;
/** Includes the complete resource before and after, as Azure returned it. */
export const JournalDetail = JournalEntry.extend({
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type JournalDetail = z.infer<typeof JournalDetail>;
