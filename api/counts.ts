import { countBySeverity } from "../shared/drift/countBySeverity.ts";
import { stateOf, type Finding } from "../shared/drift/finding.ts";
import type { Counts } from "./model.ts";

/** Open findings by severity: those that count. */
export function countOpen(findings: readonly Finding[], nowUtc: string): Counts {
  return countBySeverity(findings.filter((finding) => stateOf(finding, nowUtc) === "open"));
}
