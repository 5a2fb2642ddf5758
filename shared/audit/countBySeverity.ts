import type { Counts } from "./auditRun.ts";
import type { Finding, Severity } from "../findings/finding.ts";

/** Number of findings of each severity. Pure. */
export function countBySeverity(findings: readonly Pick<Finding, "severity">[]): Counts {
  const count = (expected: Severity) => findings.filter(({ severity }) => severity === expected).length;
  return { error: count("error"), warning: count("warning"), info: count("info") };
}
