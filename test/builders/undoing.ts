/** A delete by a sweep, and an operator who takes it back. */
import type { Change } from "../../shared/changes/plan.ts";
import type { MemoryRun } from "../memory/run.ts";

export const SYSTEM = { why: "sweep", who: "system", correlationId: "c" };
export const ADA = { why: "undo", who: "ada", correlationId: "c" };
export const OPTIONS = { inSight: 10, stillTrue: async () => undefined };

export const deletion = (run: MemoryRun, resourceId: string): Change => ({
  action: "delete",
  capability: "sweep",
  resourceId,
  cluster: "one",
  reason: "an orphan",
  evidence: [
    { says: "proved", source: "Kubernetes", atUtc: run.now().toISOString() },
    { says: "proved in Azure", source: "Azure", atUtc: run.now().toISOString() },
  ],
});
