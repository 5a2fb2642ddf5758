import { countBySeverity } from "../shared/audit/countBySeverity.ts";
import { stateOf, type Finding } from "../shared/findings/finding.ts";
import type { Counts } from "./model.ts";

/** Open findings by severity, without acknowledged ones. */
export function countOpen(findings: readonly Finding[], nowUtc: string): Counts {
  return countBySeverity(findings.filter((finding) => stateOf(finding, nowUtc) === "open"));
}
